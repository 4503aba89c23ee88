import { randomFillSync } from 'node:crypto'

/** Random bits for new names, drawn from a pool: one call to the generator serves a few hundred names. */
export interface NameSource {
  /** 0 … 2^23 − 1 */
  random23(): number
  /** 0 … 9 999 999 */
  digits(): number
}

const POOL_BYTES = 4096
const DIGITS_COUNT = 10_000_000

export function createNameSource(): NameSource {
  const pool = Buffer.alloc(POOL_BYTES)
  let used = POOL_BYTES
  const next32 = () => {
    if (used + 4 > POOL_BYTES) {
      randomFillSync(pool)
      used = 0
    }
    const value = pool.readUInt32LE(used)
    used += 4
    return value
  }
  return { random23: () => next32() & 0x7f_ff_ff, digits: () => next32() % DIGITS_COUNT }
}
