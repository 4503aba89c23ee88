import { EventEmitter } from 'node:events'
import { addressOf, ServerError, Status } from '@cairn/dfs-core'
import type { SpooledUpload } from '../generated/prisma/client.ts'
import { db } from '../lib/db.ts'
import { dfs } from '../lib/dfs.ts'
import { log } from '../lib/log.ts'
import { makeFile } from './make-file.ts'
import { memberOf } from './upload-failure.ts'
import { forgetLost, recordStored } from './upload-rows.ts'

/** Each reads and writes at the full speed of a disk. */
const AT_ONCE = 3
const LEASE_SECONDS = 60
const PROGRESS_MS = 500
/** How soon what another process left behind is noticed. */
const LOOK_EVERY_MS = 5000
const FIRST_RETRY_MS = 2000
const LONGEST_RETRY_MS = 60_000

/** Somebody gave the upload up, or it went on elsewhere. */
class Ended extends Error {}

/**
 * Makes files of uploads that have all their bytes: reads the spool back, hashes it and stores it as a plain file. What
 * is to be done stands in the table, so whatever breaks off here is taken up again, by this process or another one.
 */
export class FinishQueue {
  readonly #ends = new EventEmitter().setMaxListeners(0)
  readonly #running = new Set<Promise<void>>()
  readonly #timer: NodeJS.Timeout
  #looking: Promise<void> | null = null
  #looksAgain = false
  #isClosed = false

  constructor() {
    this.#timer = setInterval(() => this.wake(), LOOK_EVERY_MS)
    this.wake()
  }

  /** There may be something to do. */
  wake(): void {
    if (this.#isClosed) return
    if (this.#looking !== null) {
      this.#looksAgain = true
      return
    }
    this.#looksAgain = false
    this.#looking = this.#look()
      .catch((error: unknown) => log().error({ err: error }, 'the complete uploads cannot be read'))
      .finally(() => {
        this.#looking = null
        if (this.#looksAgain) this.wake()
      })
  }

  /** The row of an upload: when an attempt at its file has ended, or after `maxWaitMs`. */
  async settled(upl: string, maxWaitMs: number): Promise<SpooledUpload | null> {
    const waiting = new AbortController()
    const ended = new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#ends.off(upl, done)
        resolve()
      }
      const timer = setTimeout(done, maxWaitMs)
      waiting.signal.addEventListener('abort', done)
      this.#ends.once(upl, done)
    })
    // Looked at after listening: an end in between is seen in either of the two.
    const row = await db().spooledUpload.findUnique({ where: { upl } })
    if (row?.state !== 'complete' || row.attempts > 0) {
      waiting.abort()
      return row
    }
    await ended
    return await db().spooledUpload.findUnique({ where: { upl } })
  }

  /** Starts nothing more; what is running goes on at the next start. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    await this.#looking
    await Promise.all(this.#running)
  }

  async #look(): Promise<void> {
    while (!this.#isClosed && this.#running.size < AT_ONCE) {
      const upload = await claim()
      if (upload === null) return
      const running = this.#finish(upload).finally(() => {
        this.#running.delete(running)
        this.#ends.emit(upload.upl)
        this.wake()
      })
      this.#running.add(running)
    }
  }

  async #finish(upload: SpooledUpload): Promise<void> {
    try {
      await finish(upload, () => this.#isClosed)
    } catch (error) {
      if (error instanceof Ended) return
      await settleFailure(upload, error).catch((failure: unknown) => {
        // The lease runs out, and it is tried again.
        log().error({ err: failure, upl: upload.upl }, 'a failed upload cannot be noted')
      })
    }
  }
}

async function claim(): Promise<SpooledUpload | null> {
  const [claimed] = await db().$queryRaw<{ upl: string }[]>`
    UPDATE spooled_upload SET hashed = 0, not_before = now() + make_interval(secs => ${LEASE_SECONDS})
    WHERE upl = (
      SELECT upl FROM spooled_upload WHERE state = 'complete' AND not_before <= now()
      ORDER BY not_before LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING upl`
  return claimed === undefined ? null : await db().spooledUpload.findUnique({ where: claimed })
}

async function finish(upload: SpooledUpload, isClosed: () => boolean): Promise<void> {
  const { spool, size } = upload
  if (spool === null) throw new Ended(`upload ${upload.upl} has no spool`)
  const member = await memberOf(upload)
  const read = await dfs().storage(addressOf(member)).download(spool)
  if (BigInt(read.size) !== size) throw new Error(`the spool has ${read.size} bytes and not ${size}`)
  const file = await makeFile(upload, member, noting(read.stream, upload, isClosed))
  if (await recordStored(upload, file)) log().debug({ upl: upload.upl, fileId: file.fileId }, 'an upload is stored')
}

/** Passes the content on, says twice a second how far it is, and stops when nobody wants it any more. */
async function* noting(
  content: AsyncIterable<Uint8Array>,
  { upl, spool }: SpooledUpload,
  isClosed: () => boolean,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  let saidAt = Date.now()
  for await (const chunk of content) {
    if (isClosed()) throw new Error('the gateway is stopping')
    bytes += chunk.length
    yield chunk
    if (Date.now() - saidAt < PROGRESS_MS) continue
    saidAt = Date.now()
    const changed = await db().$executeRaw`
      UPDATE spooled_upload SET hashed = ${bytes}, not_before = now() + make_interval(secs => ${LEASE_SECONDS})
      WHERE upl = ${upl} AND spool = ${spool} AND state = 'complete'`
    if (changed === 0) throw new Ended('the upload has ended')
  }
}

async function settleFailure(upload: SpooledUpload, error: unknown): Promise<void> {
  const { upl, spool, attempts } = upload
  log().warn({ err: error, upl }, 'no file could be made of an upload yet')
  if (error instanceof ServerError && error.status === Status.ENOENT) {
    await forgetLost(upload)
    return
  }
  const notBefore = new Date(Date.now() + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts))
  const where = { upl, spool, state: 'complete' }
  await db().spooledUpload.updateMany({ where, data: { attempts: attempts + 1, notBefore } })
}
