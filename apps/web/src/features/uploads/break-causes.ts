import { renewal } from './ticket-renewal.ts'
import type { Job } from './upload-job.ts'

type Renewal = Awaited<ReturnType<typeof renewal>>
type Ask = (job: Job, uploadId: string) => Promise<Renewal>

/** Finds out why a connection to a storage broke. Files that break together have one cause, so one of them asks. */
export class BreakCauses {
  readonly #ask: Ask
  readonly #asked = new Map<string, Promise<Renewal>>()

  constructor(ask: Ask = (job, uploadId) => renewal(job, uploadId, true)) {
    this.#ask = ask
  }

  async find(job: Job, uploadId: string): Promise<Renewal> {
    const storage = job.place?.storageName ?? ''
    const asked = this.#asked.get(storage)
    if (asked !== undefined) {
      const answer = await asked
      if (answer.kind === 'network' || answer.kind === 'storage') return answer
      // Its own ticket is as good as before. What goes on elsewhere is asked about for each.
      if (answer.kind === 'renewed' && answer.ticket.storageName === storage) return { kind: 'storage' }
    }
    const own = this.#ask(job, uploadId)
    if (asked === undefined) {
      const forget = () => this.#asked.delete(storage)
      this.#asked.set(storage, own)
      own.then(forget, forget)
    }
    return await own
  }
}
