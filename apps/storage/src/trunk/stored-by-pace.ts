import { close, fstat, open, read } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { Status } from '@cairn/dfs-core'
import { closeByPace, ifThere, statByPace } from '../disk/by-pace.ts'
import { crcOfRange } from '../disk/file-crc.ts'
import type { NewFiles, ResolvedName } from '../disk/new-files.ts'
import { StoreError } from '../disk/store-error.ts'
import { trunkFilePath } from './slot-file.ts'
import { type NamedSlot, SLOT_HEADER_SIZE, type SlotType, slotOfName, slotTypeFor } from './slot-name.ts'
import {
  openStored,
  plainFacts,
  type StoredContent,
  type StoredFacts,
  slotContent,
  slotFacts,
  storedFacts,
} from './stored-content.ts'

type Names = Pick<NewFiles, 'resolve'>

const openAt = promisify(open)
const closeAt = promisify(close)
const fstatAt = promisify(fstat)
const readAt = promisify(read)

/** As `openStored`, in the thread pool while the disk is slow. */
export function openByPace(store: Names, file: ResolvedName): StoredContent | null | Promise<StoredContent | null> {
  return file.storePath.lane.call(
    () => openStored(store, file),
    () => openLater(store, file),
  )
}

/** As `storedFacts`, in the thread pool while the disk is slow. */
export function factsByPace(file: ResolvedName): StoredFacts | null | Promise<StoredFacts | null> {
  return file.storePath.lane.call(
    () => storedFacts(file),
    () => factsLater(file),
  )
}

/** As `factsByPace` of what a link leads to; null as well when that is not here. */
export async function contentFacts(
  store: Names,
  file: ResolvedName,
): Promise<(StoredFacts & { readonly isLink: boolean }) | null> {
  const { lane } = file.storePath
  const facts = await factsByPace(file)
  if (facts === null) return null
  if (facts.kind !== 'other') return { ...facts, isLink: false }
  if (slotOfName(file.logicName) === null) {
    const stat = await statByPace(lane, file.path)
    return stat === null ? null : { ...plainFacts(stat), isLink: true }
  }
  const content = await openByPace(store, file)
  if (content === null) return null
  await closeByPace(lane, content.fd)
  return { ...content, isLink: true }
}

/** Of what a link leads to: its own name may tell any other. */
export async function crcOfContent(store: Names, file: ResolvedName): Promise<number> {
  const { lane } = file.storePath
  const content = await openByPace(store, file)
  if (content === null) throw new StoreError(Status.ENOENT, `${file.logicName} leads to nothing`)
  try {
    return (await crcOfRange({ ...content, lane })).crc32
  } finally {
    await closeByPace(lane, content.fd)
  }
}

async function openLater(store: Names, file: ResolvedName): Promise<StoredContent | null> {
  const named = slotOfName(file.logicName)
  if (named === null) return await openPlain(file.path)
  const opened = await openSlot(file, named)
  if (opened === null || opened.type === 'F') return opened === null ? null : slotContent(opened.fd, named)
  const target = store.resolve(await readTarget(opened.fd, named))
  const slot = slotOfName(target.logicName)
  if (slot === null) return await openPlain(target.path)
  const leadsTo = await openSlot(target, slot)
  return leadsTo === null ? null : slotContent(leadsTo.fd, slot)
}

async function factsLater(file: ResolvedName): Promise<StoredFacts | null> {
  const named = slotOfName(file.logicName)
  if (named === null) {
    const stat = await ifThere(lstat(file.path))
    return stat === null ? null : plainFacts(stat)
  }
  const opened = await openSlot(file, named)
  if (opened === null) return null
  await closeAt(opened.fd)
  return slotFacts(named, opened.type)
}

async function openPlain(path: string): Promise<StoredContent | null> {
  const fd = await ifThere(openAt(path, 'r'))
  if (fd === null) return null
  try {
    const stat = await fstatAt(fd)
    return { fd, offset: 0, ...plainFacts(stat) }
  } catch (error) {
    await closeAt(fd)
    throw error
  }
}

async function openSlot(file: ResolvedName, named: NamedSlot): Promise<{ fd: number; type: SlotType } | null> {
  const fd = await ifThere(openAt(trunkFilePath(file.storePath, named.slot), 'r'))
  if (fd === null) return null
  let type: SlotType | null = null
  try {
    const header = Buffer.alloc(SLOT_HEADER_SIZE)
    const { bytesRead } = await readAt(fd, header, 0, SLOT_HEADER_SIZE, named.slot.offset)
    type = bytesRead === SLOT_HEADER_SIZE ? slotTypeFor(header, named) : null
  } finally {
    if (type === null) await closeAt(fd)
  }
  return type === null ? null : { fd, type }
}

async function readTarget(fd: number, named: NamedSlot): Promise<string> {
  try {
    const target = Buffer.alloc(named.size)
    await readAt(fd, target, 0, named.size, named.slot.offset + SLOT_HEADER_SIZE)
    return target.toString('latin1')
  } finally {
    await closeAt(fd)
  }
}
