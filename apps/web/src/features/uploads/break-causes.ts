import { type RenewalReason, renewal } from './ticket-renewal.ts'
import type { Job } from './upload-job.ts'

type Renewal = Awaited<ReturnType<typeof renewal>>
type Trouble = Exclude<RenewalReason, 'refused'>
type Ask = (job: Job, uploadId: string, trouble: Trouble) => Promise<Renewal>

/** Finds out what to do about a storage in trouble. Files that break together have one cause, so one of them asks. */
export class BreakCauses {
  readonly #ask: Ask
  readonly #asked = new Map<string, Promise<Renewal>>()

  constructor(ask: Ask = renewal) {
    this.#ask = ask
  }

  async find(job: Job, uploadId: string, trouble: Trouble): Promise<Renewal> {
    const storage = job.place?.storageName ?? ''
    const cause = `${trouble} ${storage}`
    const asked = this.#asked.get(cause)
    if (asked !== undefined) {
      const answer = await asked
      // Where one finds no room, a smaller one may.
      if (answer.kind === 'network' || (answer.kind === 'storage' && trouble !== 'unable')) return answer
      // Its own ticket is as good as before. What goes on elsewhere is asked about for each.
      if (answer.kind === 'renewed' && answer.ticket.storageName === storage) return { kind: 'storage' }
    }
    const own = this.#ask(job, uploadId, trouble)
    if (asked === undefined) {
      const forget = () => this.#asked.delete(cause)
      this.#asked.set(cause, own)
      own.then(forget, forget)
    }
    return await own
  }
}
