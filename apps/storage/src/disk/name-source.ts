import { randomFillSync } from 'node:crypto'

/** Random bits for new names, drawn from a pool: one call to the generator serves a few hundred names. */
export interface NameSource {
  random23(): number
  /** `count` decimal digits. */
  digits(count: number): string
}

const POOL_BYTES = 4096

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
  return {
    random23: () => next32() & 0x7f_ff_ff,
    digits: (count) => (count === 0 ? '' : String(next32() % 10 ** count).padStart(count, '0')),
  }
}
