import type { Part } from './part.ts'

/** So many copies that nobody writes to keep their files open. */
const IDLE_MAX = 16

/** The files of copies, which come in many small requests: each stays open for the next one. */
export class OpenCopies {
  /** The last one used is the last. */
  readonly #idle = new Set<Part>()

  /** Runs what writes to a copy whose file is open. */
  async whileWritten(copy: Part, write: () => Promise<void>): Promise<void> {
    this.#idle.delete(copy)
    try {
      await copy.openForWriting()
      await write()
    } finally {
      this.#idle.add(copy)
      await this.#closeOldest()
    }
  }

  /** Its file is closed by whoever retires it. */
  forget(copy: Part): void {
    this.#idle.delete(copy)
  }

  async #closeOldest(): Promise<void> {
    const [oldest] = this.#idle
    if (oldest === undefined || this.#idle.size <= IDLE_MAX) return
    this.#idle.delete(oldest)
    // What went on here with a ticket of its own is no copy any more: whoever writes to it has its file.
    if (oldest.isCopy) await oldest.closeFile()
  }
}
