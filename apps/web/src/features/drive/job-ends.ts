import type { JobView } from './schema.ts'

/** A job that was waited for has not come to its end; the message is the sentence that says so. */
export class JobStopped extends Error {}

type Waiting = { resolve: () => void; reject: (stopped: JobStopped) => void }

/** Lets a change go on when the job that does it has ended. */
export class JobEnds {
  #waiting = new Map<string, Waiting>()

  /** Rejects when it was cancelled or has failed. */
  endOf(jobId: string): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.set(jobId, { resolve, reject }))
  }

  /** False: nobody waits for this one. */
  ended({ id, state }: Pick<JobView, 'id' | 'state'>, sentence: string): boolean {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return false
    this.#waiting.delete(id)
    if (state === 'done') waiting.resolve()
    else waiting.reject(new JobStopped(sentence))
    return true
  }
}
