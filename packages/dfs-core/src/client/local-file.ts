import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { StreamBody } from './request-body.ts'

const CHUNK_BYTES = 256 * 1024

/**
 * A local file as the body of a request: its size now, and its bytes when they are asked for. Rejects with the error of
 * the system, or with RangeError when it is not a file. One that changes its size meanwhile fails the request.
 */
export async function fileBody(path: string): Promise<StreamBody> {
  const facts = await stat(path)
  if (!facts.isFile()) throw new RangeError(`${path} is not a file`)
  // Opened when the first chunk is taken, so a request that never begins leaves nothing open.
  async function* read(): AsyncGenerator<Uint8Array> {
    yield* createReadStream(path, { highWaterMark: CHUNK_BYTES })
  }
  return { stream: read(), size: facts.size }
}

/**
 * The extension that C clients give to an uploaded file (client protocol §10.2): what follows the last dot, at most 6
 * characters; with a second dot and still at most 6 characters in all, both parts (`a.tar.gz` → `tar.gz`).
 */
export function extensionOf(path: string): string {
  const last = shortExtension(path, path.lastIndexOf('.'))
  if (last === '') return ''
  const before = path.lastIndexOf('.', path.length - last.length - 2)
  return before > 0 ? shortExtension(path, before) || last : last
}

const EXTENSION_CHARS_MAX = 6

function shortExtension(path: string, dot: number): string {
  if (dot < 0) return ''
  const text = path.slice(dot + 1)
  return text.length <= EXTENSION_CHARS_MAX && !text.includes('/') ? text : ''
}
