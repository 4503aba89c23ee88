import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { addressOf, parseFileId, ServerError, Status, slaveName } from '@cairn/dfs-core'
import { db, inTransaction, type Transaction } from '../lib/db.ts'
import { deleteStoredFile } from '../lib/delete-stored-file.ts'
import { dfs } from '../lib/dfs.ts'
import type { Media, PictureResult } from './thumbnail-process.ts'

const EXT = 'webp'
const PREFIXES = { small: '-cairn-s', large: '-cairn-l' } as const
// Longer than storing takes: only what a crash left behind is collected.
const GARBAGE_AFTER_MS = 60 * 60_000
const SIZE_MAX = 16 * 1024 * 1024

type Kind = keyof typeof PREFIXES
interface Made {
  path: string
  width: number
  height: number
}
interface Stored {
  kind: Kind
  fileId: string
  size: number
  sha256: Buffer
  width: number
  height: number
}

function fileIdOf(masterFileId: string, kind: Kind): string {
  const { group, logicName } = parseFileId(masterFileId)
  return `${group}/${slaveName(logicName, PREFIXES[kind], EXT)}`
}

/** Stores what was made of a blob as slave files of its file, and says so in its rows. */
export async function keepThumbnails(
  blob: { id: bigint; fileId: string },
  { small, large, media }: Extract<PictureResult, { ok: true }>,
): Promise<void> {
  const made: [Kind, Made][] = [['small', small], ...(large ? [['large', large] as [Kind, Made]] : [])]
  const fileIds = made.map(([kind]) => fileIdOf(blob.fileId, kind))
  await announce(fileIds)
  const stored: Stored[] = []
  for (const [kind, { path, width, height }] of made) {
    stored.push({ kind, width, height, ...(await store(blob.fileId, kind, await readFile(path))) })
  }
  await record(blob.id, stored, media)
}

/** Until a row names them they are garbage, so that a crash, or a blob that dies meanwhile, leaves nothing behind. */
async function announce(fileIds: readonly string[]): Promise<void> {
  const notBefore = new Date(Date.now() + GARBAGE_AFTER_MS)
  for (const fileId of fileIds) {
    const reason = 'a thumbnail that nothing names'
    await db().dfsGarbage.upsert({ where: { fileId }, create: { fileId, reason, notBefore }, update: { notBefore } })
  }
}

async function store(
  masterFileId: string,
  kind: Kind,
  bytes: Buffer,
): Promise<Pick<Stored, 'fileId' | 'size' | 'sha256'>> {
  try {
    const fileId = await dfs().uploadSlave(masterFileId, PREFIXES[kind], EXT, bytes)
    return { fileId, size: bytes.length, sha256: sha256(bytes) }
  } catch (error) {
    if (!(error instanceof ServerError && error.status === Status.EEXIST)) throw error
    return await accept(masterFileId, kind, bytes)
  }
}

/** A worker that stored it did not live to say so. What is not a whole picture is stored anew. */
async function accept(masterFileId: string, kind: Kind, bytes: Buffer) {
  const fileId = fileIdOf(masterFileId, kind)
  const source = await dfs().tracker.queryUpdate(fileId)
  const there = await dfs().storage(addressOf(source)).downloadBuffer(fileId, {}, SIZE_MAX)
  if (isWholeWebp(there)) return { fileId, size: there.length, sha256: sha256(there) }
  if (!(await deleteStoredFile(fileId))) throw new Error('a broken thumbnail cannot be deleted now')
  await dfs().uploadSlave(masterFileId, PREFIXES[kind], EXT, bytes)
  return { fileId, size: bytes.length, sha256: sha256(bytes) }
}

function isWholeWebp(bytes: Buffer): boolean {
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WEBP') {
    return false
  }
  return bytes.readUInt32LE(4) + 8 === bytes.length
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

async function record(blobId: bigint, stored: readonly Stored[], media: Media): Promise<void> {
  await inTransaction(async (tx) => {
    // A blob that the reaper took has no rows any more; then the files stay garbage.
    const alive = await tx.$queryRaw<unknown[]>`SELECT 1 FROM blob WHERE id = ${blobId} AND live FOR KEY SHARE`
    if (alive.length === 0) return
    for (const { kind, fileId, size, sha256: hash, width, height } of stored) {
      const data = { state: 'made', fileId, size, sha256: new Uint8Array(hash), width, height, reason: null }
      const { count } = await tx.thumbnail.updateMany({ where: { blobId, kind, state: 'wanted' }, data })
      if (count > 0) await tx.dfsGarbage.deleteMany({ where: { fileId } })
    }
    // No large one: the picture itself is small enough.
    await tx.thumbnail.updateMany({ where: { blobId, state: 'wanted' }, data: { state: 'none', reason: null } })
    await recordMedia(tx, blobId, media)
  })
}

async function recordMedia(tx: Transaction, blobId: bigint, media: Media): Promise<void> {
  const data = {
    width: media.width ?? null,
    height: media.height ?? null,
    durationMs: media.durationMs ?? null,
    takenAt: media.takenAt ?? null,
    camera: media.camera ?? null,
    lens: media.lens ?? null,
    latitude: media.latitude ?? null,
    longitude: media.longitude ?? null,
    facts: media.facts ?? {},
  }
  await tx.blobMedia.upsert({ where: { blobId }, create: { blobId, ...data }, update: data })
}

/** Deletes the thumbnails of a dead blob, files first. False when one cannot be deleted now. */
export async function dropThumbnails(blobId: bigint): Promise<boolean> {
  const made = await db().thumbnail.findMany({ where: { blobId, state: 'made' }, select: { fileId: true } })
  for (const { fileId } of made) {
    if (fileId !== null && !(await deleteStoredFile(fileId))) return false
  }
  await db().thumbnail.deleteMany({ where: { blobId } })
  return true
}
