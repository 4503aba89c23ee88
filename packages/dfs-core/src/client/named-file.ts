import { ProtocolError } from '../errors.ts'
import { splitFileId } from '../file-id/file-id.ts'
import { LOGIC_NAME_SIZE_MAX, QUERY_NAME_SIZE_MIN } from '../limits.ts'

/**
 * Group and name of a file ID, as requests carry them. ProtocolError when trackers would refuse the name for its length
 * (client protocol §3.2); what is in it is the servers' to judge.
 */
export function namedFile(fileId: string): { group: string; name: string } {
  const { group, logicName } = splitFileId(fileId)
  const size = Buffer.byteLength(logicName)
  if (size < QUERY_NAME_SIZE_MIN || size > LOGIC_NAME_SIZE_MAX) {
    throw new ProtocolError(`${JSON.stringify(fileId.slice(0, 200))} has a name of ${size} bytes`)
  }
  return { group, name: logicName }
}
