const FIRST_BYTES = 256 * 1024
const SMALLEST_BYTES = 32 * 1024
/** A storage that knows no such requests reads a body of 1 MiB before it hangs up, and so its answer arrives. */
const LARGEST_BYTES = 896 * 1024
/** A request that breaks loses what was not answered: it should be a matter of moments. */
const LOT_MS = 1_000

/** How many bytes of small files go together: about a second's worth of the line. */
export class LotSize {
  #bytes = FIRST_BYTES

  get bytes(): number {
    return this.#bytes
  }

  sent(bytes: number, ms: number): void {
    const worth = (bytes / Math.max(1, ms)) * LOT_MS
    // A lot that was small by itself says little about the line.
    this.#bytes = clamp(Math.max(worth, bytes < this.#bytes / 2 ? this.#bytes : 0))
  }

  broke(): void {
    this.#bytes = clamp(this.#bytes / 2)
  }
}

function clamp(bytes: number): number {
  return Math.min(LARGEST_BYTES, Math.max(SMALLEST_BYTES, bytes))
}
