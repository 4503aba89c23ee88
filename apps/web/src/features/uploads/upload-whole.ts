import type { SendPace } from './send-pace.ts'
import { brokenByStatus, isReadable, type Place, type Sent, STALLED_MS } from './upload-transfer.ts'

/** More takes a moment on a slow line, and tus-js-client tells how far it is. */
export const PLAIN_BYTES = 64 * 1024

type Whole = {
  file: File
  size: number
  place: Place
  pace: SendPace
  onSent: (bytes: number) => void
  signal: AbortSignal
}

/**
 * Creates an upload with all its bytes, in one tus request of our own: of many small files, most of the time would go
 * into what tus-js-client prepares for going on later. What breaks here goes on with `sendFile`.
 */
export async function sendWhole({ file, size, place, pace, onSent, signal }: Whole): Promise<Sent> {
  try {
    await pace.take(size, signal)
    const response = await fetch(place.endpoint, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${place.ticket}`,
        'Tus-Resumable': '1.0.0',
        'Upload-Length': String(size),
        'Content-Type': 'application/offset+octet-stream',
      },
      body: file,
      signal: AbortSignal.any([signal, AbortSignal.timeout(STALLED_MS)]),
    })
    const body = await response.text()
    if (response.status !== 201) return brokenByStatus(response.status, { getBody: () => body })
    if (response.headers.get('Upload-Offset') !== String(size)) return { kind: 'interrupted', by: 'storage' }
    onSent(size)
    return { kind: 'sent', receipt: response.headers.get('Cairn-Receipt') }
  } catch (error) {
    if (signal.aborted) return { kind: 'stopped' }
    // fetch rejects with TypeError without an answer, with DOMException when it took too long.
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error
    return (await isReadable(file)) ? { kind: 'interrupted', by: 'network' } : { kind: 'unreadable' }
  }
}
