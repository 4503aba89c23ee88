import type { BodySink, CommandReply } from '@cairn/dfs-core/server'
import type { FileLocks, Release } from '../disk/file-locks.ts'

/** What is done with a body while the file it changes is locked. Nothing else is called before what was is settled. */
export interface BodyWork {
  write(chunk: Buffer): void | Promise<void>
  finish(): Promise<void>
  abort(): Promise<void>
}

export interface LockedRequest {
  readonly locks: FileLocks
  readonly logicName: string
  readonly reply: CommandReply
  /** Bytes of the head in front of the content. */
  readonly headSize: number
  /** Looks at the file, under its lock; what it throws is the answer. */
  open(): Promise<BodyWork>
  /** Called once, when the work is over. */
  finish(error?: unknown): void
}

/** Takes a body under the lock of a file; while others have the lock, or the disk is slow, the body waits at its sender. */
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
  #isWaiting = false
  #isBrokenOff = false
  #over = false

  constructor(request: LockedRequest) {
    this.headConsumed = request.headSize
    this.#request = request
  }

  start(release: Release): void {
    this.#release = release
    if (this.#over) {
      release()
      return
    }
    this.#wait(
      this.#request.open().then((work) => {
        this.#work = work
      }),
    )
  }

  write(chunk: Buffer): void {
    try {
      const written = this.#work?.write(chunk)
      if (written instanceof Promise) this.#wait(written)
    } catch (error) {
      this.#giveUp(error)
    }
  }

  end(): void {
    this.#work?.finish().then(
      () => this.#finish(),
      (error: unknown) => this.#finish(error),
    )
  }

  abort(): void {
    this.#isBrokenOff = true
    if (!this.#isWaiting) this.#giveUp(new Error('the body broke off'))
  }

  /** For the end of a step; a body that broke off meanwhile is given up then. */
  #wait(step: Promise<void>): void {
    this.#isWaiting = true
    this.#request.reply.pause()
    const goOn = (error?: unknown) => {
      this.#isWaiting = false
      if (error !== undefined) this.#giveUp(error)
      else if (this.#isBrokenOff) this.abort()
      else this.#request.reply.resume()
    }
    step.then(() => goOn(), goOn)
  }

  #giveUp(error: unknown): void {
    const work = this.#work
    this.#work = null
    if (work === null) this.#finish(error)
    else
      work.abort().then(
        () => this.#finish(error),
        (failed: unknown) => this.#finish(failed),
      )
  }

  #finish(error?: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#release?.()
    this.#request.finish(error)
  }
}
