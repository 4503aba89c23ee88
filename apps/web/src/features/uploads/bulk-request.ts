import { brokenByStatus, type Place, type Sent, STALLED_MS } from './upload-transfer.ts'

/** docs/storage-http.md, "Many files in one request". */
const BODY_TYPE = 'application/vnd.cairn.files'
const HEAD_BYTES = 6

/** `begun`: the storage has a part of it, which only goes on by tus. */
export type BulkSent = Sent | { kind: 'again' } | { kind: 'begun' }

export type BulkFile = { file: File; size: number; place: Place }

type BulkRequest = {
  /** All of one storage. */
  files: readonly BulkFile[]
  onAnswer: (index: number, sent: BulkSent) => void
  signal: AbortSignal
}

/**
 * Brings files to their storage in one request, and tells what became of each as soon as the storage says so. Files
 * without an answer are for the caller to judge. `no-door`: the storage knows no such requests.
 */
export async function sendTogether({ files, onAnswer, signal }: BulkRequest): Promise<'over' | 'broken' | 'no-door'> {
  const watch = watchStall(signal)
  try {
    const response = await fetch(`${files[0]?.place.endpoint}bulk`, {
      method: 'POST',
      headers: { 'Content-Type': BODY_TYPE },
      body: bodyOf(files),
      signal: watch.signal,
    })
    if ([404, 405, 415, 501].includes(response.status)) return 'no-door'
    if (response.status !== 200 || response.body === null) {
      const body = await response.text()
      const broken = brokenByStatus(response.status, { getBody: () => body })
      for (const index of files.keys()) onAnswer(index, broken)
      return 'over'
    }
    let next = 0
    for await (const line of linesOf(response.body)) {
      watch.seen()
      const sent = sentOf(line)
      if (sent === null) return 'broken'
      onAnswer(next, sent)
      next += 1
    }
    return next === files.length ? 'over' : 'broken'
  } catch (error) {
    // Without an answer, stopped or too slow, or something in between that answers for the storage.
    if (!(error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError)) throw error
    return 'broken'
  } finally {
    watch.end()
  }
}

function bodyOf(files: readonly BulkFile[]): Blob {
  return new Blob(files.flatMap(({ file, size, place }) => [headOf(place.ticket, size), file]))
}

/** Length of the ticket (2 bytes), length of the content (4 bytes), the ticket. */
function headOf(ticket: string, size: number): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(HEAD_BYTES + ticket.length)
  const lengths = new DataView(head.buffer)
  lengths.setUint16(0, ticket.length)
  lengths.setUint32(2, size)
  new TextEncoder().encodeInto(ticket, head.subarray(HEAD_BYTES))
  return head
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const lines = (rest + decoder.decode(read.value, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } finally {
    // Whoever reads no further wants nothing more of it.
    await reader.cancel()
  }
}

/** Null: the storage could not read the request any further. */
function sentOf(line: string): BulkSent | null {
  const answer = JSON.parse(line) as { upl: string | null; receipt?: string | null; status?: number; code?: string }
  if (answer.status === undefined) return { kind: 'sent', receipt: answer.receipt ?? null }
  if (answer.code === 'offset_conflict') return { kind: 'begun' }
  const isOfFile = answer.upl !== null || answer.status === 401
  return isOfFile ? brokenByStatus(answer.status, { getBody: () => line }) : null
}

/** Ends a request that nothing is heard of for too long. Node.js forgets `AbortSignal.timeout` within `AbortSignal.any`. */
function watchStall(signal: AbortSignal) {
  const stop = new AbortController()
  const abort = () => stop.abort()
  let timer = setTimeout(abort, STALLED_MS)
  signal.addEventListener('abort', abort)
  return {
    signal: stop.signal,
    seen: () => {
      clearTimeout(timer)
      timer = setTimeout(abort, STALLED_MS)
    },
    end: () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    },
  }
}
