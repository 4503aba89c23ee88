/** Why bytes of a file did not come. */
export class FetchFailure extends Error {
  readonly reason: 'offline' | 'damaged' | 'gone'

  constructor(reason: FetchFailure['reason'], cause?: unknown) {
    super(`bytes did not come: ${reason}`, { cause })
    this.name = 'FetchFailure'
    this.reason = reason
  }
}

async function request(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...init, credentials: 'omit', referrerPolicy: 'no-referrer' }).catch((cause) => {
    if (init.signal?.aborted === true) throw cause
    throw new FetchFailure('offline', cause)
  })
  if (response.ok) return response
  throw new FetchFailure(response.status === 500 ? 'damaged' : 'gone')
}

/** `length` bytes from `offset` on, fewer at the end of the file. */
export async function fetchRange(
  url: string,
  offset: number,
  length: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const headers = { Range: `bytes=${offset}-${offset + length - 1}` }
  const response = await request(url, { headers, ...(signal === undefined ? {} : { signal }) })
  const bytes = new Uint8Array(await response.arrayBuffer())
  // A whole file in place of a range.
  return response.status === 200 ? bytes.slice(offset, offset + length) : bytes
}

/** The file from its beginning, as it comes. */
export async function fetchStream(url: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { body } = await request(url, { signal })
  if (body === null) throw new FetchFailure('gone')
  return body
}
