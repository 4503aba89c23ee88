import { dispositionOf } from '@cairn/dfs-http'
import { EXACT_LENGTH_HEADER } from '../exact-length.ts'
import { log } from '../log.ts'
import { zipSize } from './layout.ts'
import { storedZip } from './stored-zip.ts'
import type { ZipSnapshot } from './zip-snapshot.ts'
import { type ZipRange, zipBytes } from './zip-stream.ts'

const RANGE = /^bytes=(\d*)-(\d*)$/

/** What a Range header asks for; 'whole' when there is none that we serve, 'none' when it lies behind the end. */
export function wantedRange(header: string | null, size: number): ZipRange | 'whole' | 'none' {
  const [, first, last] = RANGE.exec(header?.trim() ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'whole'
  if (first === '')
    return size === 0 || Number(last) === 0 ? 'none' : { start: Math.max(size - Number(last), 0), end: size }
  const start = Number(first)
  const end = last === '' ? size : Math.min(Number(last) + 1, size)
  if (last !== '' && Number(last) < start) return 'whole'
  return start >= size ? 'none' : { start, end }
}

/** The answer to GET or HEAD for a ZIP: whole or a range, of exactly the announced length. */
export function zipResponse(request: Request, snapshot: ZipSnapshot): Response {
  const size = zipSize(snapshot)
  const etag = `"${snapshot.id}"`
  const ifRange = request.headers.get('if-range')
  const asked = ifRange === null || ifRange === etag ? wantedRange(request.headers.get('range'), size) : 'whole'
  const headers = new Headers({
    'Accept-Ranges': 'bytes',
    // Nobody on the way may compress it: the length and the ranges would be wrong.
    'Cache-Control': 'private, no-store, no-transform',
    'Content-Disposition': dispositionOf('attachment', snapshot.name),
    'Content-Type': 'application/zip',
    ETag: etag,
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    // nginx would keep gigabytes in a file of its own.
    'X-Accel-Buffering': 'no',
  })
  if (asked === 'none') {
    headers.set('Content-Range', `bytes */${size}`)
    return new Response(null, { status: 416, headers })
  }
  const range = asked === 'whole' ? { start: 0, end: size } : asked
  const length = String(range.end - range.start)
  headers.set('Content-Length', length)
  headers.set(EXACT_LENGTH_HEADER, length)
  if (asked !== 'whole') headers.set('Content-Range', `bytes ${range.start}-${range.end - 1}/${size}`)
  const body = request.method === 'HEAD' ? null : streamOf(snapshot, range)
  return new Response(body, { status: asked === 'whole' ? 200 : 206, headers })
}

/** Bytes are made when they are asked for. An error cuts the connection: a download never ends well with a wrong file. */
function streamOf(snapshot: ZipSnapshot, range: ZipRange): ReadableStream<Uint8Array> {
  const bytes = zipBytes(storedZip(snapshot), range)
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await bytes.next()
          if (next.done) controller.close()
          else controller.enqueue(next.value)
        } catch (error) {
          log().error({ err: error, snapshot: snapshot.id }, 'a ZIP was cut: a file could not be read')
          controller.error(error)
        }
      },
      async cancel() {
        await bytes.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}
