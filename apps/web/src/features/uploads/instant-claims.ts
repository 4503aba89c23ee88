import { ApiFailure } from '../../lib/call-api.ts'
import type { ContentHasher } from './content-hasher.ts'
import type { ProofAnswer } from './schema.ts'
import { openClaim, proveClaim, refusalOf } from './upload-api.ts'
import type { Job } from './upload-job.ts'

/** So much of a file was sent that a claim would not spare enough to ask. */
const NEARLY_SENT = 0.9
const REST_SECONDS = 60

export type Proven = Extract<ProofAnswer, { proven: true }>

type Parts = {
  hasher: ContentHasher
  /** Bytes that were looked at; null when nobody looks any more. */
  onChecked: (job: Job, bytes: number | null) => void
  onProven: (job: Job, answer: Proven) => void
}

/**
 * Tries to spare files their sending while they are being sent: one after the other is hashed, claimed and proven. What
 * is not stored, or takes longer than the sending, changes nothing.
 */
export class InstantClaims {
  readonly #parts: Parts
  readonly #stops = new Map<string, AbortController>()
  #waiting: Job[] = []
  #busy = false
  #restsUntil = 0

  constructor(parts: Parts) {
    this.#parts = parts
  }

  add(job: Job): void {
    if (job.file === null || this.#stops.has(job.id)) return
    this.#stops.set(job.id, new AbortController())
    this.#waiting.push(job)
    void this.#work()
  }

  /** The upload is over, or was started anew. */
  drop({ id }: Pick<Job, 'id'>): void {
    this.#stops.get(id)?.abort()
    this.#stops.delete(id)
  }

  close(): void {
    for (const stop of this.#stops.values()) stop.abort()
    this.#stops.clear()
    this.#waiting = []
  }

  async #work(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      const stop = this.#stops.get(job.id)
      if (stop === undefined || Date.now() < this.#restsUntil) continue
      const answer = await this.#claim(job, stop.signal)
      const wanted = this.#stops.get(job.id) === stop
      this.#parts.onChecked(job, null)
      if (wanted) this.#stops.delete(job.id)
      if (wanted && answer !== null) this.#parts.onProven(job, answer)
    }
    this.#busy = false
  }

  async #claim(job: Job, signal: AbortSignal): Promise<Proven | null> {
    const { file, uploadId } = job
    if (file === null || uploadId === null || isNearlySent(job)) return null
    const onProgress = (bytes: number) => this.#parts.onChecked(job, bytes)
    const sha256 = await this.#parts.hasher.hash(file, { onProgress, signal })
    if (sha256 === null || signal.aborted || isNearlySent(job)) return null
    try {
      const challenge = await openClaim(uploadId, { sha256, size: file.size })
      const answer = await this.#parts.hasher.prove(file, uploadId, sha256, challenge)
      if (answer === null || signal.aborted) return null
      const proof = await proveClaim(uploadId, { nonce: challenge.nonce, answer })
      return proof.proven ? proof : null
    } catch (error) {
      this.#rest(error)
      return null
    }
  }

  /** Too many claims: no more for as long as the server says. Anything else the upload itself will meet. */
  #rest(error: unknown): void {
    refusalOf(error)
    if (!(error instanceof ApiFailure && error.code === 'too_many_attempts')) return
    const seconds = Number(error.detail['retryAfterSeconds'] ?? REST_SECONDS)
    this.#restsUntil = Date.now() + seconds * 1000
  }
}

function isNearlySent({ allSent, sent, size }: Job): boolean {
  return allSent || sent > NEARLY_SENT * size
}
