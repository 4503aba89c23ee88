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
  const iterator = lines[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      let text = ''
      let isEnd = false
      while (!isEnd && text.length < CHUNK_CHARS) {
        const { done, value } = await iterator.next()
        isEnd = done === true
        if (!isEnd) text += value
      }
      if (text !== '') controller.enqueue(encoder.encode(text))
      if (isEnd) controller.close()
    },
    cancel: async () => {
      await iterator.return?.()
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
