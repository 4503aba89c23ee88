import type { BodySink, CommandReply } from '@cairn/dfs-core/server'
import type { FileLocks, Release } from '../disk/file-locks.ts'
import type { LogDone } from '../disk/log-done.ts'

/** What is done with a body while the file it changes is locked. */
export interface BodyWork {
  write(chunk: Buffer): void
  finish(done: LogDone): void
  abort(done: LogDone): void
}

export interface LockedRequest {
  readonly locks: FileLocks
  readonly logicName: string
  readonly reply: CommandReply
  /** Bytes of the head in front of the content. */
  readonly headSize: number
  /** Looks at the file, under its lock; what it throws is the answer. */
  open(): BodyWork
  /** Called once, when the work is over. */
  finish(error?: unknown): void
}

/** Takes a body under the lock of a file; while others have the lock, the body waits at its sender. */
export function lockedBody(request: LockedRequest): BodySink {
  const body = new LockedBody(request)
  request.reply.pause()
  request.locks.acquire(request.logicName, (release) => body.start(release))
  return body
}

class LockedBody implements BodySink {
  readonly headConsumed: number
  readonly #request: LockedRequest
  #release: Release | null = null
  #work: BodyWork | null = null
  #over = false

  constructor(request: LockedRequest) {
    this.#request = request
    this.headConsumed = request.headSize
  }

  start(release: Release): void {
    this.#release = release
    if (this.#over) {
      release()
      return
    }
    try {
      this.#work = this.#request.open()
    } catch (error) {
      this.#finish(error)
      return
    }
    this.#request.reply.resume()
  }

  write(chunk: Buffer): void {
    try {
      this.#work?.write(chunk)
    } catch (error) {
      this.#giveUp(() => this.#finish(error))
    }
  }

  end(): void {
    try {
      this.#work?.finish((error) => this.#finish(error))
    } catch (error) {
      this.#finish(error)
    }
  }

  abort(): void {
    this.#giveUp(() => this.#finish(new Error('the body broke off')))
  }

  #giveUp(then: () => void): void {
    const work = this.#work
    this.#work = null
    if (work === null) then()
    else work.abort(then)
  }

  #finish(error?: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#release?.()
    this.#request.finish(error)
  }
}
