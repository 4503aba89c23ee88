import { PART_DATA_SIZE_MAX, storageCommands } from '@cairn/dfs-core'

/** A piece has room in front for what PART_WRITE says of it, so that its bytes are sent from where they were read to. */
export const PIECE_FRONT = storageCommands.partWrite.request.sizeMin
/** So many pieces are on their way to one member, however many uploads there are: memory does not grow with them. */
const PIECES_MAX = 8

/** Buffers for the pieces that are being shipped to one member. Whoever finds none free waits for its turn. */
export class PieceBuffers {
  readonly #free: Buffer[] = []
  readonly #waiting: Array<() => void> = []
  #used = 0

  async take(): Promise<Buffer> {
    if (this.#used < PIECES_MAX) this.#used += 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(PIECE_FRONT + PART_DATA_SIZE_MAX)
  }

  /** Of a buffer from `take`, once. It is used again unless the kernel may still be sending from it, after a failure. */
  give(buffer: Buffer, isReusable: boolean): void {
    if (isReusable) this.#free.push(buffer)
    // Whoever waits takes its place at once: nobody who comes now gets in between.
    const next = this.#waiting.shift()
    if (next === undefined) this.#used -= 1
    else next()
  }
}
