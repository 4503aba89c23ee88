import type { StorePath } from '../disk/store-path.ts'
import type { Part } from './part.ts'

/** Each running hash holds a file open: of the parts that nobody writes to, only so many keep theirs. */
const IDLE_HASHES_MAX = 256

/** The uploads of a storage that are not files yet, by name. */
export class OpenParts extends Map<string, Part> {
  /** How many requests write to each. */
  readonly #written = new Map<Part, number>()

  /** Runs what writes to a part; afterwards its hash may be given up in favour of others. */
  async whileWritten(part: Part, write: () => Promise<void>): Promise<void> {
    this.#written.set(part, (this.#written.get(part) ?? 0) + 1)
    try {
      await write()
    } finally {
      const others = (this.#written.get(part) ?? 1) - 1
      if (others > 0) this.#written.set(part, others)
      else this.#written.delete(part)
      this.#closeIdleHashes()
    }
  }

  /** Bytes that uploads may still bring to a store path. */
  outstanding(storePath: StorePath): number {
    let bytes = 0
    for (const part of this.values()) if (part.storePath === storePath) bytes += part.room
    return bytes
  }

  /** Their names from behind `after` on, copies among them. */
  namesAfter(after: string | null, countMax: number): string[] {
    const names = after === null ? [...this.keys()] : [...this.keys()].filter((upl) => upl > after)
    return names.sort().slice(0, countMax)
  }

  /** Uploads that nobody has written to since then. */
  unchangedSince(timeMs: number): string[] {
    return [...this.values()].filter((part) => part.changedAtMs < timeMs).map((part) => part.upl)
  }

  #closeIdleHashes(): void {
    const idle = [...this.values()].filter(
      (part) => part.hash.isRunning && !part.isComplete && !this.#written.has(part),
    )
    idle.sort((a, b) => b.changedAtMs - a.changedAtMs)
    for (const part of idle.slice(IDLE_HASHES_MAX)) part.hash.close()
  }
}
