import { CSV_START, type CsvCell, csvLine } from '../csv.ts'

// A chunk goes through several streams on its way: one for each line would cost more than reading it.
const CHUNK_CHARS = 64 * 1024

type Lines<Line> = AsyncIterable<Line> | Iterable<Line>

/** A CSV file, sent while it is read. */
export function csvDownload(name: string, head: readonly string[], rows: Lines<readonly CsvCell[]>): Response {
  return download(`${name}.csv`, 'text/csv; charset=utf-8', csvLines(head, rows))
}

async function* csvLines(head: readonly string[], rows: Lines<readonly CsvCell[]>): AsyncGenerator<string> {
  yield CSV_START + csvLine(head)
  for await (const row of rows) yield csvLine(row)
}

/** A file of which not more than a chunk is in memory at a time. `name` is plain ASCII. */
export function download(name: string, contentType: string, lines: AsyncIterable<string>): Response {
  const chunks = chunksOf(lines)
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: async () => {
      await chunks.return(undefined)
    },
  })
  return new Response(stream, {
    headers: {
      'Content-Type': contentType,
      'Content-Disposition': `attachment; filename="${name}"`,
      'Cache-Control': 'private, no-store',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    },
  })
}

async function* chunksOf(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  let text = ''
  for await (const line of lines) {
    text += line
    if (text.length < CHUNK_CHARS) continue
    yield encoder.encode(text)
    text = ''
  }
  if (text !== '') yield encoder.encode(text)
}
