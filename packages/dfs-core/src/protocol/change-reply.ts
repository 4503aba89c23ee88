import { ProtocolError } from '../errors.ts'
import { STORAGES_PER_GROUP_MAX } from '../limits.ts'
import type { Layout } from './layout.ts'
import type { Brief } from './records.ts'
import { brief } from './records.ts'

const BRIEF_SIZE = 67

/** Bits of the flags byte (internals §1.8). */
const ChangeFlag = { leader: 1, trunkServer: 2, members: 4 } as const
const KNOWN_FLAGS = ChangeFlag.leader | ChangeFlag.trunkServer | ChangeFlag.members

/**
 * What a tracker tells a storage in its answer to BEAT, REPORT_DISK_USAGE and SYNC_REPORT. Only the leader tracker
 * fills in anything; an absent part means "as before". A record of zeros means that there is none now.
 */
export interface ChangeReply {
  readonly leader?: Brief
  readonly trunkServer?: Brief
  /** All members, sorted by id, with the removed ones and the receiver itself. */
  readonly members?: readonly Brief[]
}

function briefsOf(reply: ChangeReply): Brief[] {
  return [reply.leader ?? [], reply.trunkServer ?? [], reply.members ?? []].flat()
}

function write(reply: ChangeReply, buf: Buffer, offset: number): void {
  buf[offset] =
    (reply.leader ? ChangeFlag.leader : 0) |
    (reply.trunkServer ? ChangeFlag.trunkServer : 0) |
    (reply.members ? ChangeFlag.members : 0)
  let cursor = offset + 1
  for (const record of briefsOf(reply)) {
    brief.write(record, buf, cursor)
    cursor += BRIEF_SIZE
  }
}

function sizeOf(reply: ChangeReply): number {
  const records = (reply.leader ? 1 : 0) + (reply.trunkServer ? 1 : 0) + (reply.members?.length ?? 0)
  return 1 + BRIEF_SIZE * records
}

function fits(length: number): boolean {
  if (length === 0) return true
  return (length - 1) % BRIEF_SIZE === 0 && (length - 1) / BRIEF_SIZE <= STORAGES_PER_GROUP_MAX + 2
}

function decode(buf: Buffer): ChangeReply {
  if (!fits(buf.length)) throw new ProtocolError(`change reply: ${buf.length} bytes are not 1 + n × ${BRIEF_SIZE}`)
  if (buf.length === 0) return {}
  const flags = buf.readUInt8(0)
  if ((flags & ~KNOWN_FLAGS) !== 0) throw new ProtocolError(`change reply.flags: ${flags} is unknown`)
  const records: Brief[] = []
  for (let offset = 1; offset < buf.length; offset += BRIEF_SIZE) records.push(brief.readAt(buf, offset))
  const leader = flags & ChangeFlag.leader ? takeRecord(records, 'leader') : undefined
  const trunkServer = flags & ChangeFlag.trunkServer ? takeRecord(records, 'trunk server') : undefined
  if (!(flags & ChangeFlag.members) && records.length > 0) {
    throw new ProtocolError(`change reply: ${records.length} records left over`)
  }
  return {
    ...(leader && { leader }),
    ...(trunkServer && { trunkServer }),
    ...(flags & ChangeFlag.members && { members: records }),
  }
}

function takeRecord(records: Brief[], of: string): Brief {
  const record = records.shift()
  if (record === undefined) throw new ProtocolError(`change reply.${of}: the record is missing`)
  return record
}

/** One flags byte, then for the bits set and in this order: leader, trunk server, members (67 bytes each). */
export const changeReply: Layout<ChangeReply> = {
  label: 'change reply',
  size: undefined,
  sizeOf,
  write,
  encode(reply) {
    const buf = Buffer.allocUnsafe(sizeOf(reply))
    write(reply, buf, 0)
    return buf
  },
  decode,
  readAt: (buf, offset) => decode(buf.subarray(offset)),
  fits,
}
