import { type FileHandle, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { type ConnectionPool, formatAddress } from '@cairn/dfs-core'
import type { ClusterState } from '../cluster/cluster-state.ts'
import { isErrno, makeFolderLater } from '../disk/atomic-file.ts'
import type { FileStore, ResolvedName } from '../disk/file-store.ts'
import type { Logger } from '../handlers/context.ts'
import { writingTo } from '../trunk/slot-file.ts'
import { SLOT_HEADER_SIZE } from '../trunk/slot-name.ts'
import { type FoundSlot, occupiedSlots } from '../trunk/slot-walk.ts'
import { activeMembers } from './active-members.ts'
import { fetchSlot } from './fetch-slot.ts'
import type { ScrubPace } from './scrub-pace.ts'

interface SlotScrub {
  readonly store: FileStore
  readonly state: ClusterState
  readonly pool: ConnectionPool
  readonly logger: Logger
  readonly pace: ScrubPace
  /** Waits until it is known who could help. */
  helpersKnown(): Promise<void>
}

/** What a trunk file holds. */
interface SlotCounts {
  files: number
  bytes: number
  repaired: number
  damaged: number
}

const YOUNG_SECONDS = 60
/** The walk reads free space, too. */
const SCAN_BYTES = 256 * 1024

export function isTrunkFile(fileName: string): boolean {
  return /^\d{6,10}$/.test(fileName)
}

/** Compares the files in the slots of a trunk file with the CRC-32 in their headers. Damaged content is replaced by another member's. */
export async function checkTrunkFile(scrub: SlotScrub, trunkFile: ResolvedName): Promise<SlotCounts> {
  const counts: SlotCounts = { files: 0, bytes: 0, repaired: 0, damaged: 0 }
  let file: FileHandle
  try {
    file = await open(trunkFile.path, 'r+')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return counts
    throw error
  }
  try {
    for await (const slot of occupiedSlots(file, () => scrub.pace.spend(SCAN_BYTES))) {
      await checkSlot(scrub, { trunkFile, file, slot }, counts)
    }
    return counts
  } finally {
    await file.close()
  }
}

interface OpenSlot {
  readonly trunkFile: ResolvedName
  readonly file: FileHandle
  readonly slot: FoundSlot
}

async function checkSlot(scrub: SlotScrub, open: OpenSlot, counts: SlotCounts): Promise<void> {
  const { slot, trunkFile } = open
  // What a link holds is a name, and what is young may still be on its way.
  if (slot.type === 'L' || Date.now() / 1000 - slot.timestamp < YOUNG_SECONDS) return
  await scrub.pace.spend(SLOT_HEADER_SIZE + slot.size)
  const content = await read(open.file, slot.offset + SLOT_HEADER_SIZE, slot.size)
  if (crc32(content) === slot.crc32) {
    counts.files += 1
    counts.bytes += slot.size
    return
  }
  // It may have been deleted while it was read.
  if (!(await read(open.file, slot.offset, SLOT_HEADER_SIZE)).equals(slot.header)) return
  const name = trunkFile.logicName
  scrub.logger.error({ name, offset: slot.offset }, 'the content of a slot is not what its header says')
  if (await repair(scrub, open, content)) counts.repaired += 1
  else counts.damaged += 1
}

async function repair(scrub: SlotScrub, open: OpenSlot, damaged: Buffer): Promise<boolean> {
  const { state, pool, store, logger } = scrub
  const { trunkFile, slot } = open
  const name = trunkFile.logicName
  const range = { group: store.group, name, offset: slot.offset, size: SLOT_HEADER_SIZE + slot.size }
  await scrub.helpersKnown()
  for (const member of activeMembers(state)) {
    try {
      const content = soundContent(await fetchSlot(pool, formatAddress(member.ip, member.port), range), slot)
      if (content === null) continue
      await keepDamaged(open, damaged)
      if (await writingTo(open.trunkFile.path, () => replace(open, content)))
        logger.warn({ name, offset: slot.offset, member: member.id }, 'the content of a slot was replaced')
      return true
    } catch (error) {
      logger.warn({ err: error, name, member: member.id }, 'a member could not help with a damaged slot')
    }
  }
  return false
}

/** What the other member has in the slot, if it is the same file and whole. */
function soundContent(theirs: Buffer | null, { header, size, crc32: expected }: FoundSlot): Buffer | null {
  if (theirs === null || !theirs.subarray(0, SLOT_HEADER_SIZE).equals(header)) return null
  const content = theirs.subarray(SLOT_HEADER_SIZE)
  return content.length === size && crc32(content) === expected ? content : null
}

/** False when the slot has another file by now. Nobody else may write to the trunk file meanwhile. */
async function replace({ trunkFile, file, slot }: OpenSlot, content: Buffer): Promise<boolean> {
  const { lane } = trunkFile.storePath
  const header = await lane.run(() => read(file, slot.offset, SLOT_HEADER_SIZE))
  if (!header.equals(slot.header)) return false
  let written = 0
  while (written < content.length) {
    const [rest, at] = [content.subarray(written), slot.offset + SLOT_HEADER_SIZE + written]
    written += (await lane.run(() => file.write(rest, 0, rest.length, at))).bytesWritten
  }
  await lane.run(() => file.datasync())
  return true
}

async function keepDamaged({ trunkFile, slot }: OpenSlot, content: Buffer): Promise<void> {
  const { dataDir, lane } = trunkFile.storePath
  const folder = join(dataDir, '.cairn-damaged')
  const path = join(folder, `${trunkFile.logicName.replaceAll('/', '-')}-${slot.offset}`)
  await lane.run(() => makeFolderLater(folder))
  await lane.run(() => writeFile(path, content))
}

async function read(file: FileHandle, offset: number, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size)
  await file.read(bytes, 0, size, offset)
  return bytes
}
