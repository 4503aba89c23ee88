import { crc32 as crc32OfBytes } from 'node:zlib'

// CRC-32 as in file names: IEEE 802.3, reflected polynomial, init and final XOR 0xFFFFFFFF (client protocol §5.4).
// Polynomials over GF(2) are held reflected: bit 31 is the coefficient of x^0.
const POLYNOMIAL = 0xed_b8_83_20
const ONE = 0x80_00_00_00

/** CRC-32 of `data`, unsigned; give the CRC of what came before as `previous` to continue it. */
export function crc32(data: Uint8Array | string, previous = 0): number {
  return crc32OfBytes(data, previous)
}

function multiplyModulo(a: number, b: number): number {
  let product = 0
  let shifted = b
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= shifted
    shifted = (shifted & 1) !== 0 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1
  }
  return product >>> 0
}

/** x^(8 · 2^k) modulo the polynomial for k = 0 … 52: each entry is the square of the one before. */
const zeroBytesPowers: readonly number[] = (() => {
  const powers: number[] = []
  let power = ONE >>> 8
  for (let k = 0; k < 53; k++) {
    powers.push(power)
    power = multiplyModulo(power, power)
  }
  return powers
})()

/**
 * The CRC-32 of A ‖ B from the CRC-32 of A, that of B and the length of B in bytes (0 … 2^53 − 1), without the
 * bytes: CRC(A) is moved over `lengthB` zero bytes, i.e. multiplied by x^(8 · lengthB), and CRC(B) added. It takes at
 * most 53 multiplications, so segments that were hashed in any order can be put together at the end.
 */
export function combineCrc32(a: number, b: number, lengthB: number): number {
  if (!Number.isSafeInteger(lengthB) || lengthB < 0) throw new RangeError(`length ${lengthB} is not 0 … 2^53-1`)
  let moved = a >>> 0
  let rest = lengthB
  for (const power of zeroBytesPowers) {
    if (rest === 0) break
    if (rest % 2 === 1) moved = multiplyModulo(power, moved)
    rest = Math.floor(rest / 2)
  }
  return (moved ^ b) >>> 0
}
