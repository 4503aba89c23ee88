import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ConnectionError } from '@cairn/dfs-core'
import { db } from '../lib/db.ts'
import { dfs } from '../lib/dfs.ts'
import { log } from '../lib/log.ts'
import { serving } from '../lib/serving.ts'
import { errorText, retryAt } from './back-off.ts'
import { PictureProcess, type PictureResult } from './thumbnail-process.ts'
import { keepThumbnails } from './thumbnail-store.ts'

const BUDGET_MS = 50_000
const LEASE_SECONDS = 120
const ATTEMPTS_MAX = 4
const IMAGE_BYTES_MAX = 200_000_000
const VIDEO_BYTES_MAX = 1_000_000_000
// Not the file's fault: once the tool is there the next start tries again.
const MISSING_TOOLS = ['no_sharp', 'no_ffmpeg']
// A busy machine can be slow, and memory can be short, without the picture being bad.
const TRIED_AGAIN = ['too_slow', 'crashed']

interface WantedBlob {
  id: bigint
  fileId: string
  size: bigint
  contentType: string
  attempts: number
}

const pictures = new PictureProcess()
const missingTools = new Set<string>()

/** Makes thumbnails until none is wanted, or for most of a minute. Returns of how many blobs. */
export async function makeThumbnails(): Promise<number> {
  const until = Date.now() + BUDGET_MS
  let count = 0
  while (Date.now() < until) {
    const blob = await claimOne()
    if (!blob) break
    await makeOf(blob)
    count += 1
  }
  return count
}

/** At the start of a worker: what failed for want of a program is wanted again. Returns of how many blobs. */
export async function wantAgain(): Promise<number> {
  return await db().$executeRaw`
    UPDATE thumbnail SET state = 'wanted', reason = NULL, attempts = 0, not_before = now()
    WHERE state = 'none' AND reason = ANY(${MISSING_TOOLS})`
}

async function claimOne(): Promise<WantedBlob | undefined> {
  const rows = await db().$queryRaw<WantedBlob[]>`
    UPDATE thumbnail t SET attempts = t.attempts + 1, not_before = now() + make_interval(secs => ${LEASE_SECONDS})
    FROM blob b
    WHERE b.id = t.blob_id AND t.kind = 'small' AND t.blob_id = (
      SELECT w.blob_id FROM thumbnail w JOIN blob l ON l.id = w.blob_id AND l.live AND l.file_id IS NOT NULL
      WHERE w.state = 'wanted' AND w.kind = 'small' AND w.not_before <= now()
      ORDER BY w.not_before LIMIT 1 FOR UPDATE OF w SKIP LOCKED)
    RETURNING b.id, b.file_id AS "fileId", b.size, b.content_type AS "contentType", t.attempts`
  return rows[0]
}

async function makeOf(blob: WantedBlob): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cairn-thumbnail-'))
  try {
    const result = await makeIn(folder, blob)
    if (result.ok) await keepThumbnails(blob, result)
    else await settleRefusal(blob, result)
  } catch (error) {
    await settleFailure(blob, error)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function makeIn(folder: string, { fileId, size, contentType }: WantedBlob): Promise<PictureResult> {
  const video = contentType.startsWith('video/')
  const sizeMax = video ? VIDEO_BYTES_MAX : IMAGE_BYTES_MAX
  if (size > sizeMax) return { ok: false, reason: 'too_large', detail: `more than ${sizeMax} bytes` }
  if (video && missingTools.has('no_ffmpeg')) return { ok: false, reason: 'no_ffmpeg', detail: '' }
  const input = path.join(folder, 'input')
  const download = await dfs().download(fileId)
  await pipeline(download.stream, createWriteStream(input))
  return await pictures.make({
    input,
    small: path.join(folder, 'small.webp'),
    large: path.join(folder, 'large.webp'),
    frame: path.join(folder, 'frame.png'),
    video,
    showable: serving(contentType, true).cd === 'i',
  })
}

async function settleRefusal(blob: WantedBlob, { reason, detail }: { reason: string; detail: string }): Promise<void> {
  if (MISSING_TOOLS.includes(reason) && !missingTools.has(reason)) {
    missingTools.add(reason)
    const tool = reason === 'no_sharp' ? 'sharp' : 'ffmpeg'
    log().warn({ reason, detail }, `${tool} is not installed: there are no thumbnails of what needs it`)
  }
  if (TRIED_AGAIN.includes(reason) && blob.attempts < ATTEMPTS_MAX) {
    await tryLater(blob, `${reason}: ${detail}`)
    return
  }
  const state = MISSING_TOOLS.includes(reason) || reason === 'format' || reason === 'too_large' ? 'none' : 'failed'
  // The first word is what the program knows; people who run the server read the rest in the log.
  log().info({ blobId: String(blob.id), reason, detail }, 'no thumbnail')
  await db().thumbnail.updateMany({ where: { blobId: blob.id, state: 'wanted' }, data: { state, reason } })
}

async function settleFailure(blob: WantedBlob, error: unknown): Promise<void> {
  // A storage that is down comes back; anything else will not go better for ever.
  if (error instanceof ConnectionError || blob.attempts < ATTEMPTS_MAX) {
    await tryLater(blob, errorText(error))
    return
  }
  log().error({ err: error, blobId: String(blob.id) }, 'no thumbnail')
  const data = { state: 'failed', reason: errorText(error) }
  await db().thumbnail.updateMany({ where: { blobId: blob.id, state: 'wanted' }, data })
}

async function tryLater({ id, attempts }: WantedBlob, reason: string): Promise<void> {
  const notBefore = retryAt(attempts - 1, Date.now())
  await db().thumbnail.updateMany({ where: { blobId: id, state: 'wanted' }, data: { reason, notBefore } })
}
