import { open } from 'node:fs/promises'
import { type NewPart, UploadError } from '@cairn/dfs-tus'
import type { Part } from './part.ts'
import { isPartial } from './part-facts.ts'

/** So much is read and written at a time; requests have their turn in between. */
const PIECE_BYTES = 1024 * 1024

interface Joining {
  sources: readonly Part[]
  isStopped: boolean
  done: Promise<void>
}

export interface JoinerOptions {
  /** All bytes of the part are there. */
  onComplete(part: Part): Promise<void>
  /** Told what failed; whoever asks for the upload next makes the joiner go on. */
  report(message: string, error?: unknown): void
}

/**
 * Fills uploads from their partial uploads (tus 1.0.0, "Concatenation"), in the background. The part's own offset is how far it is, so what
 * a stop or a crash interrupts goes on from there.
 */
export class PartJoiner {
  readonly #options: JoinerOptions
  readonly #running = new Map<string, Joining>()
  /** What is still done with parts that are complete. */
  readonly #ends = new Set<Promise<void>>()

  constructor(options: JoinerOptions) {
    this.#options = options
  }

  /** Another upload is being filled from this one. */
  isUsed(upl: string): boolean {
    return [...this.#running.values()].some(({ sources }) => sources.some((source) => source.upl === upl))
  }

  /**
   * Fills an upload that is filled from others and has not all of their bytes; nothing else. False when nothing can come
   * of it any more: what it is joined from was deleted, or lost with its disk.
   */
  goOn(part: Part, parts: ReadonlyMap<string, Part>): boolean {
    if (!part.isJoined || part.isComplete || this.#running.has(part.upl)) return true
    const sources = part.facts.joins
      .map((upl) => parts.get(upl))
      .filter((source): source is Part => source?.isComplete === true)
    const isPossible = sources.length === part.facts.joins.length
    if (isPossible) this.#start(part, sources)
    else this.#options.report(`upload ${part.upl} is given up: it lacks partial uploads that it was joined from`)
    return isPossible
  }

  #start(part: Part, sources: readonly Part[]): void {
    const joining: Joining = { sources, isStopped: false, done: Promise.resolve() }
    this.#running.set(part.upl, joining)
    joining.done = this.#fill(part, joining)
      .catch((error) => this.#options.report(`cannot join upload ${part.upl}`, error))
      .finally(() => {
        this.#running.delete(part.upl)
        if (part.isComplete) this.#end(part)
      })
  }

  #end(part: Part): void {
    const end = this.#options
      .onComplete(part)
      .catch((error) => this.#options.report(`cannot end the joining of upload ${part.upl}`, error))
      .finally(() => this.#ends.delete(end))
    this.#ends.add(end)
  }

  /** Nothing is written to the part any more when it resolves. */
  async stop(upl: string): Promise<void> {
    const joining = this.#running.get(upl)
    if (joining === undefined) return
    joining.isStopped = true
    await joining.done
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((upl) => this.stop(upl)))
    await Promise.all(this.#ends)
  }

  async #fill(part: Part, joining: Joining): Promise<void> {
    await part.openForWriting()
    try {
      let begin = 0
      for (const source of joining.sources) {
        while (part.offset < begin + source.offset && !joining.isStopped) {
          await part.append([await source.storePath.lane.run(() => readPiece(source, part.offset - begin))])
        }
        begin += source.offset
      }
      await part.sync()
    } finally {
      await part.closeFile()
    }
  }
}

async function readPiece(source: Part, offset: number): Promise<Buffer> {
  const file = await open(source.paths.part, 'r')
  try {
    const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, source.offset - offset))
    const { bytesRead } = await file.read(piece, 0, piece.length, offset)
    if (bytesRead === 0) throw new Error(`partial upload ${source.upl} ends at ${offset} of ${source.offset}`)
    return piece.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** Bytes of an upload that is joined. Throws what `PartStore.create` says. */
export function joinedLength({ joins, own, lenMax }: NewPart, parts: ReadonlyMap<string, Part>): number {
  let length = 0
  for (const upl of joins) {
    const part = parts.get(upl)
    // What is somebody else's is not there.
    if (part === undefined || part.facts.own !== own) throw new UploadError('not_found', `there is no upload ${upl}`)
    if (!isPartial(part.facts)) throw new UploadError('bad_request', `upload ${upl} is not a partial one`)
    if (!part.isComplete) throw new UploadError('bad_request', `upload ${upl} is not complete`)
    length += part.offset
  }
  if (length > lenMax) throw new UploadError('too_large', `the ticket allows ${lenMax} bytes`)
  if (length < lenMax) throw new UploadError('length_mismatch', `the ticket is for ${lenMax} bytes`)
  return length
}
