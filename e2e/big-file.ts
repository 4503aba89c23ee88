import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'

const CHUNK_BYTES = 4 * 1024 * 1024

/** Writes `size` random bytes to `file` and returns their SHA-256. */
export function writeRandomFile(file: string, size: number): string {
  const hash = createHash('sha256')
  const fd = fs.openSync(file, 'w')
  try {
    for (let written = 0; written < size; ) {
      const chunk = randomBytes(Math.min(CHUNK_BYTES, size - written))
      fs.writeSync(fd, chunk)
      hash.update(chunk)
      written += chunk.length
    }
  } finally {
    fs.closeSync(fd)
  }
  return hash.digest('hex')
}

/** SHA-256 of everything that a stream brings. */
export async function sha256Of(stream: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of stream) hash.update(chunk)
  return hash.digest('hex')
}
