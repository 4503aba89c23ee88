import type { DiskLane } from '@cairn/dfs-core/disk'
import type { CommandReply } from '@cairn/dfs-core/server'
import { giveBodyBuffer, takeBodyBuffer, WHOLE_BODY_BYTES_MAX } from '../disk/body-buffers.ts'
import { IncomingFile } from '../disk/incoming-file.ts'

/** Where a finished body goes: from memory, or from a temporary file that is removed afterwards. */
export interface BodyTarget<T> {
  /** A body that arrives in one piece is handed over at once, before `finish`, without a copy. */
  readonly atOnce: boolean
  /** Of the disk that temporary files are on. */
  readonly lane: DiskLane
  temporaryPath(): string
  /** `body` is valid during the call, and until what it returns is settled. */
  fromMemory(body: Buffer): T
  fromFile(file: IncomingFile): T
}

/**
 * Takes the pieces of one body of known size: a small one in a pooled buffer (or without a copy, see `atOnce`), a large
 * one in a temporary file.
 */
export class BodyGatherer<T> {
  readonly #size: number
  readonly #target: BodyTarget<T>
  #result: { value: T } | null = null
  #buffer: Buffer | null = null
  #filled = 0
  #file: IncomingFile | null = null

  constructor(size: number, target: BodyTarget<T>) {
    this.#size = size
    this.#target = target
  }

  /** A promise while the disk is slow: the next piece may come when it is settled. */
  write(chunk: Buffer): Promise<void> | undefined {
    if (this.#size > WHOLE_BODY_BYTES_MAX) {
      this.#file ??= new IncomingFile(this.#target.temporaryPath(), this.#target.lane)
      return this.#file.write(chunk)
    }
    if (this.#target.atOnce && chunk.length === this.#size) {
      this.#result = { value: this.#target.fromMemory(chunk) }
      return undefined
    }
    this.#buffer ??= takeBodyBuffer()
    chunk.copy(this.#buffer, this.#filled)
    this.#filled += chunk.length
    return undefined
  }

  /** After the last piece. Leaves no temporary file, whatever the target does. */
  finish(): T | Promise<Awaited<T>> {
    let given: T | Promise<Awaited<T>> | undefined
    try {
      given = this.#give()
      return given
    } finally {
      if (given instanceof Promise)
        given.then(
          () => this.discard(),
          () => this.discard(),
        )
      else this.discard()
    }
  }

  #give(): T | Promise<Awaited<T>> {
    if (this.#result !== null) return this.#result.value
    if (this.#file === null) return this.#target.fromMemory((this.#buffer ?? EMPTY).subarray(0, this.#filled))
    const finished = this.#file.finish()
    return finished === undefined ? this.#target.fromFile(this.#file) : this.#giveAfter(finished, this.#file)
  }

  async #giveAfter(finished: Promise<void>, file: IncomingFile): Promise<Awaited<T>> {
    await finished
    return await this.#target.fromFile(file)
  }

  /** Gives up what was gathered; what the target was given already is the target's. */
  discard(): void {
    const buffer = this.#buffer
    const file = this.#file
    this.#buffer = null
    this.#file = null
    if (buffer !== null) giveBodyBuffer(buffer)
    file?.discard()
  }

  /** What the target made of a body that came in one piece, before `finish`. */
  get early(): T | null {
    return this.#result?.value ?? null
  }
}

/** Holds the rest of a body back while the disk takes a piece of it, or is looked at. */
export function holdBody(
  reply: Pick<CommandReply, 'pause' | 'resume'>,
  step: void | Promise<void>,
  failed: (error: unknown) => void,
): void {
  if (!(step instanceof Promise)) return
  reply.pause()
  step.then(() => reply.resume(), failed)
}

const EMPTY = Buffer.alloc(0)
