import { trackerCommands } from '@cairn/dfs-core'
import { Refusal } from '../cluster/refusal.ts'
import type { Session } from '../cluster/session.ts'
import { SYSTEM_FILE_COUNT, systemFiles } from '../snapshot/system-files.ts'
import { handler, type TrackerContext, type TrackerHandler } from './context.ts'

// 61 to 63: another tracker takes over the state files (internals §7.5). FastDFS holds its file lock meanwhile; here the
// state is copied once, and only the copy is bound to the connection.

/** With the size in front an answer fits the 8 KiB that FastDFS's trackers have for small packets. */
const CHUNK_BYTES_MAX = 8173
const NOTHING = {}

export function systemFileHandlers(context: TrackerContext): TrackerHandler[] {
  const commands = trackerCommands
  let copy: { readonly owner: Session; readonly files: readonly Buffer[] } | null = null
  return [
    handler(context, commands.getSysFilesStart, (_, session) => {
      if (context.cluster.groups.length === 0) throw new Refusal('unknown', 'there are no groups yet')
      if (copy !== null && copy.owner !== session && !copy.owner.closed) {
        throw new Refusal('busy', 'another tracker is taking over the state files')
      }
      copy = { owner: session, files: systemFiles(context.cluster) }
      return NOTHING
    }),
    handler(context, commands.getOneSysFile, ({ index, offset }, session) => {
      // FastDFS answers without START too, from its files as they are.
      const files = copy?.owner === session ? copy.files : systemFiles(context.cluster)
      const file = files[index]
      if (file === undefined) throw new Refusal('malformed', `state file ${index} of ${SYSTEM_FILE_COUNT}`)
      if (offset < 0 || offset > file.length) throw new Refusal('malformed', `offset ${offset} of ${file.length}`)
      return { fileSize: file.length, chunk: file.subarray(offset, offset + CHUNK_BYTES_MAX) }
    }),
    handler(context, commands.getSysFilesEnd, (_, session) => {
      if (copy?.owner === session) copy = null
      return NOTHING
    }),
  ]
}
