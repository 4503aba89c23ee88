import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { crc32 } from 'node:zlib'
import type { BodyCheck } from './part-store.ts'
import { UploadError } from './upload-error.ts'

interface Digest {
  update(chunk: Uint8Array): void
  digest(): Buffer
}

/** What `Upload-Checksum` may name, with the bytes of each digest; sha1 is the one that tus demands. CRC-32 has its highest byte first. */
const ALGORITHMS: Readonly<Record<string, { bytes: number; start(): Digest }>> = {
  sha1: { bytes: 20, start: () => createHash('sha1') },
  sha256: { bytes: 32, start: () => createHash('sha256') },
  crc32: { bytes: 4, start: startCrc32 },
}

export const CHECKSUM_ALGORITHMS = Object.keys(ALGORITHMS).join(',')

interface Checksum {
  algorithm: string
  expected: Buffer
}

/** The check that a request's `Upload-Checksum` asks for (tus 1.0.0, "Checksum"), in its head or announced as a trailer. */
export function bodyCheckOf(request: IncomingMessage): BodyCheck | undefined {
  const header = request.headers['upload-checksum']
  if (header !== undefined) return checkOf(parseUploadChecksum(String(header)))
  const announced = (request.headers.trailer ?? '').toLowerCase().split(',')
  if (announced.some((name) => name.trim() === 'upload-checksum')) return trailerCheck(request)
  return undefined
}

function checkOf({ algorithm, expected }: Checksum): BodyCheck {
  const hash = start(algorithm)
  return { update: (chunk) => hash.update(chunk), verify: () => compare(hash.digest(), expected) }
}

/** The algorithm is named behind the bytes: until then each of them is computed. */
function trailerCheck(request: IncomingMessage): BodyCheck {
  const hashes = new Map(Object.keys(ALGORITHMS).map((algorithm) => [algorithm, start(algorithm)]))
  return {
    update: (chunk) => {
      for (const hash of hashes.values()) hash.update(chunk)
    },
    verify: () => {
      const { algorithm, expected } = parseUploadChecksum(request.trailers['upload-checksum'] ?? '')
      compare(hashes.get(algorithm)?.digest() ?? Buffer.alloc(0), expected)
    },
  }
}

function compare(found: Buffer, expected: Buffer): void {
  if (!timingSafeEqual(found, expected)) {
    throw new UploadError('checksum_mismatch', 'the body does not match its checksum')
  }
}

/** Reads `<algorithm> <base64 digest>`. */
function parseUploadChecksum(header: string): Checksum {
  const [algorithm = '', encoded = '', ...rest] = header.split(' ')
  const bytes = Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm]?.bytes : undefined
  if (bytes === undefined) {
    throw new UploadError('checksum_algorithm', `Upload-Checksum must name one of ${CHECKSUM_ALGORITHMS}`)
  }
  const expected = Buffer.from(encoded, 'base64')
  if (rest.length > 0 || expected.length !== bytes) {
    throw new UploadError('bad_request', `Upload-Checksum of ${algorithm} must be ${bytes} bytes in base64`)
  }
  return { algorithm, expected }
}

function start(algorithm: string): Digest {
  const known = ALGORITHMS[algorithm]
  if (known === undefined) throw new Error(`no algorithm ${algorithm}`)
  return known.start()
}

function startCrc32(): Digest {
  let value = 0
  return {
    update: (chunk) => {
      value = crc32(chunk, value)
    },
    digest: () => {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(value)
      return bytes
    },
  }
}
