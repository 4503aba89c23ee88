import { createHash, timingSafeEqual } from 'node:crypto'
import type { BodyCheck } from './part-store.ts'
import { UploadError } from './upload-error.ts'

/** Bytes of each digest that `Upload-Checksum` may carry; sha1 is the one that tus demands. */
const DIGEST_BYTES: Readonly<Record<string, number>> = { sha1: 20, sha256: 32 }

export const CHECKSUM_ALGORITHMS = Object.keys(DIGEST_BYTES).join(',')

/**
 * Reads `Upload-Checksum: <algorithm> <base64 digest>` (tus 1.0.0, "Checksum"). `@tus/server` 2.4.5 ignores this header and accepts a wrong
 * digest, so the check is made here, over the body of the request.
 */
export function parseUploadChecksum(header: string): BodyCheck {
  const [algorithm = '', encoded = '', ...rest] = header.split(' ')
  const size = Object.hasOwn(DIGEST_BYTES, algorithm) ? DIGEST_BYTES[algorithm] : undefined
  if (size === undefined) {
    throw new UploadError('checksum_algorithm', `Upload-Checksum must name one of ${CHECKSUM_ALGORITHMS}`)
  }
  const expected = Buffer.from(encoded, 'base64')
  if (rest.length > 0 || expected.length !== size) {
    throw new UploadError('bad_request', `Upload-Checksum of ${algorithm} must be ${size} bytes in base64`)
  }
  const hash = createHash(algorithm)
  return {
    update: (chunk) => {
      hash.update(chunk)
    },
    matches: () => timingSafeEqual(hash.digest(), expected),
  }
}
