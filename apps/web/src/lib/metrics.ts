import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { processWide } from './process-wide.ts'

const SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10]

interface Metrics {
  registry: Registry
  requests: Histogram
  uploads: Counter
  uploadBytes: Counter
}

/** What this process counts for Prometheus; docs/operations.md says what each means. */
export function metrics(): Metrics {
  return processWide('metrics', () => {
    const registry = new Registry()
    collectDefaultMetrics({ register: registry })
    const registers = [registry]
    return {
      registry,
      requests: new Histogram({
        name: 'cairn_web_request_seconds',
        help: 'Answers of the JSON API, by the first part of their address',
        labelNames: ['group', 'method', 'status'],
        buckets: SECONDS,
        registers,
      }),
      uploads: new Counter({
        name: 'cairn_web_uploads_total',
        help: 'Uploads: started, finished, instant, refused at the start, failed at the end',
        labelNames: ['event'],
        registers,
      }),
      uploadBytes: new Counter({
        name: 'cairn_web_upload_bytes_total',
        help: 'Bytes of uploads that were finished, and of those that were instant and not sent',
        labelNames: ['method'],
        registers,
      }),
    }
  })
}

/** Notes an answer. Only the first part of its address: the rest has ids, and each would be a series of its own. */
export function countRequest(request: Request, status: number, seconds: number): void {
  const [, , group = ''] = new URL(request.url).pathname.split('/')
  metrics().requests.observe({ group, method: request.method, status: String(status) }, seconds)
}

/** Notes what became of the items of a batch of uploads; `bytes` of those that went well. */
export function countUploads(
  event: 'started' | 'finished',
  items: readonly ({ ok: true; entry?: { size: number } | null } | { ok: false })[],
): void {
  const { uploads, uploadBytes } = metrics()
  for (const item of items) {
    if (!item.ok) {
      uploads.inc({ event: event === 'started' ? 'refused' : 'failed' })
      continue
    }
    uploads.inc({ event })
    if (event === 'finished') uploadBytes.inc({ method: 'sent' }, item.entry?.size ?? 0)
  }
}

/** Notes an upload that was not sent, because its content was proven to be there. */
export function countInstant(bytes: number): void {
  metrics().uploads.inc({ event: 'instant' })
  metrics().uploadBytes.inc({ method: 'instant' }, bytes)
}
