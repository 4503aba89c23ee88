import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { StorePath } from '../disk/store-path.ts'
import { keepYoungGenerationSmall } from '../young-generation.ts'

interface FileHashes {
  /** In hex. */
  sha256: string
  /** SHA-256 of the first min(size, 64 KiB), in hex. */
  head: string
  /** CRC-32 of the bytes before `crcEnd`. */
  prefixCrc32: number
}

/** The hash of one file that grows. */
export interface HashJob {
  /** Bytes hashed so far, a moment ago. */
  readonly hashed: number
  /** Bytes before `end` are written and may be read. */
  advance(end: number): void
  /** Resolves when at most `lagMax` written bytes are not hashed. Rejects when the file cannot be read. */
  below(lagMax: number): Promise<void>
  /** The file is complete at `size` bytes. Ends the job. */
  finish(size: number): Promise<FileHashes>
  /** Gives the job up. Harmless after its end. */
  close(): void
}

type Answer =
  | { kind: 'progress'; id: number; hashed: number }
  | ({ kind: 'finished'; id: number } & FileHashes)
  | { kind: 'failed'; id: number; message: string }

/** The thread is told of bytes when there are so many more: a message costs as much as hashing some of them. */
const TOLD_BYTES = 1024 * 1024

interface Waiter {
  lagMax: number
  resolve(): void
  reject(error: Error): void
}

/** The hashes of each store path have threads of their own: one that reads from a slow disk holds up no other. */
export class HashFrontiers {
  readonly #disks: ReadonlyArray<{ readonly dataDir: string; readonly frontier: HashFrontier }>

  constructor(storePaths: ReadonlyArray<Pick<StorePath, 'dataDir'>>) {
    const threadsMax = Math.max(1, Math.floor(THREADS_MAX / storePaths.length))
    this.#disks = storePaths.map(({ dataDir }) => ({ dataDir, frontier: new HashFrontier(threadsMax) }))
  }

  /** As `HashFrontier.open`, of a file in one of the store paths. */
  open(path: string, crcEnd: number): HashJob {
    const disk = this.#disks.find(({ dataDir }) => path.startsWith(`${dataDir}/`))
    if (disk === undefined) throw new Error(`${path} is in no store path`)
    return disk.frontier.open(path, crcEnd)
  }

  async close(): Promise<void> {
    await Promise.all(this.#disks.map(({ frontier }) => frontier.close()))
  }
}

/** One thread hashes 0.4 to 2 GB/s, by the processor: uploads side by side have more of them, and other work has the rest. */
const THREADS_MAX = Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)))

/**
 * SHA-256 that follows the bytes as they are written (D7): a worker thread reads the file back from the page cache, so the hash does not
 * depend on connections, restarts or the order in which bytes came, and the event loop never hashes.
 */
export class HashFrontier {
  readonly #threadsMax: number
  readonly #threads: HashThread[] = []

  constructor(threadsMax = THREADS_MAX) {
    this.#threadsMax = threadsMax
  }

  /** Starts to hash a file from its beginning; `crcEnd`: the CRC-32 of the bytes before it is wanted too. */
  open(path: string, crcEnd: number): HashJob {
    return this.#leastBusy().open(path, crcEnd)
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()))
  }

  /** Threads are started when there is something for each of them. */
  #leastBusy(): HashThread {
    const [least] = this.#threads.toSorted((a, b) => a.jobs - b.jobs)
    if (least !== undefined && (least.jobs === 0 || this.#threads.length >= this.#threadsMax)) return least
    const thread = new HashThread()
    this.#threads.push(thread)
    return thread
  }
}

class HashThread {
  #worker: Worker | null = null
  readonly #jobs = new Map<number, Job>()
  #lastId = 0

  /** How many files it is hashing. */
  get jobs(): number {
    return this.#jobs.size
  }

  open(path: string, crcEnd: number): HashJob {
    this.#worker ??= this.#startWorker()
    this.#lastId += 1
    const id = this.#lastId
    const post = (message: Request) => this.#worker?.postMessage({ id, ...message })
    const job = new Job(post, () => this.#jobs.delete(id))
    this.#jobs.set(id, job)
    post({ kind: 'open', path, crcEnd })
    return job
  }

  async close(): Promise<void> {
    this.#failAll(new Error('hashing was stopped'))
    // The end of it is waited for, also where nothing else keeps the process.
    this.#worker?.ref()
    await this.#worker?.terminate()
    this.#worker = null
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL('./hash-worker.mjs', import.meta.url))
    worker.once('online', keepYoungGenerationSmall)
    worker.on('message', (answer: Answer) => this.#receive(answer))
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#worker = null
      this.#failAll(error instanceof Error ? error : new Error(String(error)))
    })
    worker.unref()
    return worker
  }

  #receive(answer: Answer): void {
    const job = this.#jobs.get(answer.id)
    if (job === undefined) return
    if (answer.kind === 'progress') {
      job.progress(answer.hashed)
      return
    }
    this.#jobs.delete(answer.id)
    if (answer.kind === 'finished') job.end(answer)
    else job.fail(new Error(`cannot hash: ${answer.message}`))
  }

  #failAll(error: Error): void {
    const jobs = [...this.#jobs.values()]
    this.#jobs.clear()
    for (const job of jobs) job.fail(error)
  }
}

type Request =
  | { kind: 'open'; path: string; crcEnd: number }
  | { kind: 'advance' | 'finish'; end: number }
  | { kind: 'close' }

class Job implements HashJob {
  hashed = 0
  readonly #post: (message: Request) => void
  readonly #forget: () => void
  #end = 0
  /** The end that the thread knows. */
  #told = 0
  #failed: Error | null = null
  readonly #waiters = new Set<Waiter>()
  #finish: { resolve(hashes: FileHashes): void; reject(error: Error): void } | null = null

  constructor(post: (message: Request) => void, forget: () => void) {
    this.#post = post
    this.#forget = forget
  }

  advance(end: number): void {
    this.#end = end
    if (end - this.#told >= TOLD_BYTES) this.#tell()
  }

  below(lagMax: number): Promise<void> {
    if (this.#failed !== null) return Promise.reject(this.#failed)
    if (this.#end - this.hashed <= lagMax) return Promise.resolve()
    this.#tell()
    return new Promise((resolve, reject) => this.#waiters.add({ lagMax, resolve, reject }))
  }

  finish(size: number): Promise<FileHashes> {
    if (this.#failed !== null) return Promise.reject(this.#failed)
    return new Promise((resolve, reject) => {
      this.#finish = { resolve, reject }
      this.#post({ kind: 'finish', end: size })
    })
  }

  close(): void {
    if (this.#failed !== null) return
    this.#post({ kind: 'close' })
    this.#forget()
    this.fail(new Error('the hash was given up'))
  }

  progress(hashed: number): void {
    this.hashed = hashed
    for (const waiter of this.#waiters) {
      if (this.#end - hashed > waiter.lagMax) continue
      this.#waiters.delete(waiter)
      waiter.resolve()
    }
  }

  #tell(): void {
    this.#told = this.#end
    this.#post({ kind: 'advance', end: this.#end })
  }

  end(hashes: FileHashes): void {
    this.#failed = new Error('the hash has ended')
    this.#finish?.resolve(hashes)
  }

  fail(error: Error): void {
    this.#failed = error
    for (const waiter of this.#waiters) waiter.reject(error)
    this.#waiters.clear()
    this.#finish?.reject(error)
  }
}
