import type { HashReply, HashTask } from './hash-task.ts'
import type { Challenge } from './schema.ts'

type Waiting = { resolve: (value: string | null) => void; onProgress?: ((bytes: number) => void) | undefined }
type Asked = Exclude<HashTask, { kind: 'stop' }>
/** A task without its number, kind by kind. */
type Unnumbered = Asked extends infer Task ? (Task extends Asked ? Omit<Task, 'id'> : never) : never

type Hashing = { onProgress: (bytes: number) => void; signal: AbortSignal }

/** Reads files in a worker, which is started at the first need. Null: stopped, or the file could not be read. */
export class ContentHasher {
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | null = null
  #asked = 0

  /** SHA-256 of the whole file. */
  hash(file: File, { onProgress, signal }: Hashing): Promise<string | null> {
    return this.#ask({ kind: 'hash', file }, onProgress, signal)
  }

  /** SHA-256 of the head: enough to tell most files of one size apart. */
  probe(file: File): Promise<string | null> {
    return this.#ask({ kind: 'probe', file })
  }

  prove(file: File, uploadId: string, sha256: string, { nonce, ranges }: Challenge): Promise<string | null> {
    return this.#ask({ kind: 'prove', file, uploadId, sha256, nonce, ranges })
  }

  close(): void {
    this.#worker?.terminate()
    this.#worker = null
    for (const { resolve } of this.#waiting.values()) resolve(null)
    this.#waiting.clear()
  }

  #ask(task: Unnumbered, onProgress?: (bytes: number) => void, signal?: AbortSignal): Promise<string | null> {
    if (signal?.aborted === true) return Promise.resolve(null)
    this.#asked += 1
    const id = this.#asked
    return new Promise((resolve) => {
      this.#waiting.set(id, { resolve, onProgress })
      const worker = this.#open()
      signal?.addEventListener('abort', () => worker.postMessage({ id, kind: 'stop' } satisfies HashTask), {
        once: true,
      })
      worker.postMessage({ ...task, id } satisfies HashTask)
    })
  }

  #open(): Worker {
    if (this.#worker !== null) return this.#worker
    const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', ({ data }: MessageEvent<HashReply>) => this.#receive(data))
    // The worker could not be loaded (offline, an old deployment): everything is uploaded as before.
    worker.addEventListener('error', () => this.close())
    this.#worker = worker
    return worker
  }

  #receive(reply: HashReply): void {
    const waiting = this.#waiting.get(reply.id)
    if (reply.kind === 'progress') {
      waiting?.onProgress?.(reply.bytes)
      return
    }
    this.#waiting.delete(reply.id)
    waiting?.resolve(reply.kind === 'done' ? reply.value : null)
  }
}
