import { CSV_START, type CsvCell, csvLine } from '../csv.ts'

type Lines<Line> = AsyncIterable<Line> | Iterable<Line>

/** A CSV file, sent while it is read. */
export function csvDownload(name: string, head: readonly string[], rows: Lines<readonly CsvCell[]>): Response {
  return download(`${name}.csv`, 'text/csv; charset=utf-8', csvLines(head, rows))
}

async function* csvLines(head: readonly string[], rows: Lines<readonly CsvCell[]>): AsyncGenerator<string> {
  yield CSV_START + csvLine(head)
  for await (const row of rows) yield csvLine(row)
}

/** A file of which not more than a few lines are in memory at a time. `name` is plain ASCII. */
export function download(name: string, contentType: string, lines: AsyncIterable<string>): Response {
  const iterator = lines[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
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
