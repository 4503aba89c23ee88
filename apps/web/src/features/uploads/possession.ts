// What a claim has to prove, the same for the browser that answers and the server that expects. No imports: both load it.

/** Content up to this size is proven as a whole: small files are the ones that others can guess most of. */
export const WHOLE_MAX_BYTES = 8 * 1024 * 1024
/** Of larger content: the first and the last of these pieces, and some that nobody can foresee. */
export const RANGE_BYTES = 64 * 1024
const RANDOM_RANGES = 30

/** The hash of so many first bytes of a file is its `head`: cheap to make, and enough to tell most files apart. */
export const HEAD_BYTES = 64 * 1024

export interface ByteRange {
  offset: number
  length: number
}

/** Where the ranges begin for content of this size. `randomBelow(n)` draws from 0 … n - 1. */
export function drawOffsets(size: number, randomBelow: (limit: number) => number): number[] {
  if (size <= WHOLE_MAX_BYTES) return [0]
  const last = size - RANGE_BYTES
  const random = Array.from({ length: RANDOM_RANGES }, () => randomBelow(last + 1))
  return [0, ...random, last]
}

export function rangesOf(size: number, offsets: readonly number[]): ByteRange[] {
  const length = size <= WHOLE_MAX_BYTES ? size : RANGE_BYTES
  return offsets.map((offset) => ({ offset, length }))
}

/**
 * The first part of what is signed with the nonce as the key: upload id (16 bytes), SHA-256 (32 bytes), size. Then
 * follow, for each range in the order of the challenge, `rangeHead` and its bytes. Numbers have 8 bytes, big-endian.
 */
export function proofHead(uploadId: string, sha256: string, size: number): Uint8Array {
  const head = new Uint8Array(56)
  head.set(bytesOfHex(uploadId), 0)
  head.set(bytesOfHex(sha256), 16)
  new DataView(head.buffer).setBigUint64(48, BigInt(size))
  return head
}

export function rangeHead({ offset, length }: ByteRange): Uint8Array {
  const head = new Uint8Array(16)
  const view = new DataView(head.buffer)
  view.setBigUint64(0, BigInt(offset))
  view.setBigUint64(8, BigInt(length))
  return head
}

export function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
