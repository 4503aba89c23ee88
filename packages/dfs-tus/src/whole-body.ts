import type { Readable } from 'node:stream'
import { UploadError } from './upload-error.ts'

/** The body of a request, gathered in memory. */
export interface WholeBody {
  /** Resolves with all bytes. Rejects with `length_mismatch` when the client is gone before, with `taken_over` after `takeOver`. */
  readonly bytes: Promise<Buffer>
  /** A newer request wants the upload. */
  takeOver(): void
}

/** Reads a body of at most `length` bytes; no stream machinery, since small bodies mostly come in one piece. */
export function readWholeBody(body: Readable, length: number): WholeBody {
  const chunks: Buffer[] = []
  let size = 0
  let stop: (error: Error | null) => void = () => undefined
  const bytes = new Promise<Buffer>((resolve, reject) => {
    stop = (error) => {
      body.off('data', onData).off('end', onEnd).off('close', onClose)
      const [first] = chunks
      if (error !== null) reject(error)
      else resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, size))
    }
  })
  const broken = () => new UploadError('length_mismatch', `the body ended after ${size} of ${length} bytes`)
  const onData = (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
    if (size > length) stop(new UploadError('too_large', `the body is longer than the ${length} bytes declared`))
  }
  const onEnd = () => stop(size === length ? null : broken())
  const onClose = () => stop(broken())
  // An aborted request emits 'error' before 'close'; without a listener that would end the process.
  body.on('error', onClose)
  body.on('data', onData).on('end', onEnd).on('close', onClose)
  if (body.destroyed) onClose()
  return {
    bytes,
    takeOver: () => stop(new UploadError('taken_over', 'a newer request continues this upload')),
  }
}
