import type { IncomingMessage, ServerResponse } from 'node:http'
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { storageCommands } from '@cairn/dfs-core'
import { hostFilter, plainAddress } from '@cairn/dfs-core/server'
import { HttpError } from '@cairn/dfs-http'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { FileStore } from '../disk/file-store.ts'
import type { Counters } from '../engine/counters.ts'
import type { StorageReport } from '../storage-report.ts'

/** Counts what happens; costs an addition or two each time. Prometheus reads it by GET /metrics. */
export interface StorageMetrics {
  /** A command of the FastDFS protocol was answered, or so many of them. */
  command(code: number, status: number, times?: number): void
  http(method: string, status: number): void
  /** An upload over HTTP became a file, so long after its last byte. */
  finished(seconds: number): void
  text(sources: MetricsSources): Promise<{ type: string; text: string }>
  close(): void
}

/** What is read when somebody asks. */
interface MetricsSources {
  readonly store: FileStore
  readonly counters: Counters
  report(): Promise<StorageReport>
  connections(): { fastdfs: number; http: number }
}

const commandNames = new Map<number, string>(Object.values(storageCommands).map(({ code, name }) => [code, name]))
const STATUSES = 128
const DELAY_RESOLUTION_MS = 50
const NANOSECONDS = 1e9
const FINISH_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60]

export function createStorageMetrics(): StorageMetrics {
  const commands = new Map<number, number>()
  const requests = new Map<string, number>()
  const kept = new Registry()
  const finishing = new Histogram({
    name: 'cairn_store_upload_finish_seconds',
    help: 'From the last byte of an upload over HTTP to its file.',
    buckets: FINISH_SECONDS,
    registers: [kept],
  })
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS })
  delay.enable()
  return {
    command: (code, status, times = 1) => count(commands, code * STATUSES + status, times),
    http: (method, status) => count(requests, `${method} ${status}`),
    finished: (seconds) => finishing.observe(seconds),
    async text(sources) {
      const now = new MetricSet()
      addRequests(now, commands, requests)
      addOperations(now, sources)
      const report = await sources.report()
      addStorage(now, report)
      addPaths(now, report)
      addPeers(now, report)
      addSync(now, sources.store)
      addProcess(now, delay)
      return { type: kept.contentType, text: `${await kept.metrics()}\n${await now.registry.metrics()}` }
    },
    close: () => delay.disable(),
  }
}

/** Who may read them: `metrics_allow`. What comes through a proxy has the proxy's address, which says nothing. */
export function metricsGate(metricsAllow: readonly string[]): (request: IncomingMessage) => void {
  const isAllowed = hostFilter(metricsAllow)
  return ({ method, headers, socket }) => {
    if (method !== 'GET' && method !== 'HEAD') {
      throw new HttpError(405, 'method_not_allowed', 'metrics are read by GET', { Allow: 'GET, HEAD' })
    }
    const isProxied = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined
    if (isProxied || !isAllowed(plainAddress(socket.remoteAddress ?? ''))) {
      throw new HttpError(403, 'forbidden', 'metrics_allow does not name this address')
    }
  }
}

export function answerMetrics(response: ServerResponse, { type, text }: { type: string; text: string }): void {
  const body = Buffer.from(text)
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': body.length, 'Cache-Control': 'no-store' })
  response.end(body)
}

function count<K>(counts: Map<K, number>, key: K, times = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + times)
}

interface Sample {
  readonly labels?: Record<string, string>
  readonly value: number
}

/** Values of this moment, for one reading. */
class MetricSet {
  readonly registry = new Registry()

  gauge(name: string, help: string, samples: number | readonly Sample[]): void {
    const all = typeof samples === 'number' ? [{ value: samples }] : samples
    if (all.length === 0) return
    const gauge = new Gauge(this.#options(name, help, all))
    for (const { labels = {}, value } of all) gauge.set(labels, value)
  }

  counter(name: string, help: string, samples: number | readonly Sample[]): void {
    const all = typeof samples === 'number' ? [{ value: samples }] : samples
    if (all.length === 0) return
    const counter = new Counter(this.#options(name, help, all))
    for (const { labels = {}, value } of all) counter.inc(labels, value)
  }

  #options(name: string, help: string, samples: readonly Sample[]) {
    return { name, help, labelNames: Object.keys(samples[0]?.labels ?? {}), registers: [this.registry] }
  }
}

function addRequests(set: MetricSet, commands: Map<number, number>, requests: Map<string, number>): void {
  const byCommand = [...commands].map(([key, value]) => {
    const code = Math.floor(key / STATUSES)
    return { labels: { command: commandNames.get(code) ?? String(code), status: String(key % STATUSES) }, value }
  })
  set.counter('cairn_store_requests_total', 'Requests over the FastDFS protocol by command and status.', byCommand)
  const byMethod = [...requests].map(([key, value]) => {
    const [method = '', status = ''] = key.split(' ')
    return { labels: { method, status }, value }
  })
  set.counter('cairn_store_http_requests_total', 'Requests over HTTP by method and status.', byMethod)
}

function addOperations(set: MetricSet, { counters, connections }: MetricsSources): void {
  const bytes = [
    { labels: { direction: 'in', from: 'clients' }, value: counters.successUploadBytes + counters.successAppendBytes },
    { labels: { direction: 'out', from: 'clients' }, value: counters.successDownloadBytes },
    { labels: { direction: 'in', from: 'members' }, value: counters.successSyncInBytes },
    { labels: { direction: 'out', from: 'members' }, value: counters.successSyncOutBytes },
  ]
  set.counter('cairn_store_content_bytes_total', 'Bytes of files that came and went.', bytes)
  const open = Object.entries(connections()).map(([protocol, value]) => ({ labels: { protocol }, value }))
  set.gauge('cairn_store_connections', 'Open connections.', open)
}

function addStorage(set: MetricSet, report: StorageReport): void {
  const { startedAt, files, openUploads, setAside, scrub } = report
  set.gauge('process_start_time_seconds', 'When the storage started.', startedAt)
  set.gauge('cairn_store_open_uploads', 'Uploads over HTTP that are not files yet.', openUploads)
  set.gauge('cairn_store_set_aside_records', 'Changes that a member did not take.', setAside.count)
  if (scrub !== null) {
    set.gauge('cairn_store_scrubbed_files', 'Files compared with their names in this round.', scrub.files)
    set.gauge('cairn_store_scrubbed_bytes', 'Their content.', scrub.bytes)
    set.gauge('cairn_store_repaired_files', 'Damaged files that were replaced in this round.', scrub.repaired)
    set.gauge('cairn_store_damaged_files', 'Damaged files that no member has whole.', scrub.damaged.count)
  }
  if (files !== null) set.gauge('cairn_store_files', 'Files, without metadata files.', files)
}

function addPaths(set: MetricSet, { storePaths }: StorageReport): void {
  const ofPaths = (value: (path: StorageReport['storePaths'][number]) => number | null) =>
    storePaths.flatMap((path) => sample({ path: path.path }, value(path)))
  set.gauge(
    'cairn_store_path_size_bytes',
    'Size of the disk.',
    ofPaths(({ totalBytes }) => totalBytes),
  )
  set.gauge(
    'cairn_store_path_free_bytes',
    'Free space.',
    ofPaths(({ freeBytes }) => freeBytes),
  )
  set.gauge(
    'cairn_store_path_reserved_bytes',
    'Space left free.',
    ofPaths(({ reservedBytes }) => reservedBytes),
  )
  set.gauge(
    'cairn_store_path_used_bytes',
    'Content of files.',
    ofPaths(({ usedBytes }) => usedBytes),
  )
  set.gauge(
    'cairn_store_path_writable',
    'Takes new files.',
    ofPaths(({ writable }) => Number(writable)),
  )
  set.counter(
    'cairn_store_path_busy_seconds_total',
    'How long its disk had something to do since the machine started.',
    ofPaths(({ busyMs }) => (busyMs === null ? null : busyMs / 1000)),
  )
}

function addPeers(set: MetricSet, { peers }: StorageReport): void {
  const ofPeers = (value: (peer: StorageReport['peers'][number]) => number | null) =>
    peers.flatMap((peer) => sample({ peer: peer.storageId }, value(peer)))
  set.gauge(
    'cairn_store_peer_connected',
    'Is being sent to.',
    ofPeers(({ connected }) => Number(connected)),
  )
  set.gauge(
    'cairn_store_peer_records_behind',
    'Changes it has not got.',
    ofPeers(({ recordsBehind }) => recordsBehind),
  )
  set.gauge(
    'cairn_store_peer_bytes_behind',
    'Their content.',
    ofPeers(({ bytesBehind }) => bytesBehind),
  )
  set.gauge(
    'cairn_store_peer_lag_seconds',
    'Age of the oldest of them.',
    ofPeers(({ lagSeconds }) => lagSeconds),
  )
  set.counter(
    'cairn_store_peer_sent_bytes_total',
    'Content sent to it, uploads in progress among it, also what it did not take.',
    ofPeers(({ sentBytes }) => sentBytes),
  )
}

function sample(labels: Record<string, string>, value: number | null): Sample[] {
  return value === null ? [] : [{ labels, value }]
}

function addSync(set: MetricSet, { log, groupSync, singleSync }: FileStore): void {
  const { index, offset } = log.position()
  set.gauge('cairn_store_binlog_index', 'The file of the log that is written.', index)
  set.gauge('cairn_store_binlog_offset_bytes', 'Its end.', offset)
  const kinds = [
    { labels: { durability: 'group' }, sync: groupSync },
    { labels: { durability: 'each' }, sync: singleSync },
  ]
  const ofKinds = (value: (sync: FileStore['groupSync']) => number) =>
    kinds.map(({ labels, sync }) => ({ labels, value: value(sync) }))
  const served = ofKinds((sync) => sync.served)
  set.counter(
    'cairn_store_sync_rounds_total',
    'Rounds of syncing.',
    ofKinds(({ rounds }) => rounds),
  )
  set.counter('cairn_store_sync_served_total', 'Who waited for one and was served.', served)
  set.gauge(
    'cairn_store_sync_waiters',
    'Who waits for a round now.',
    ofKinds(({ waiters }) => waiters),
  )
}

/** The delay is that since the last reading. */
function addProcess(set: MetricSet, delay: IntervalHistogram): void {
  const { rss, heapUsed, external } = process.memoryUsage()
  set.gauge('process_resident_memory_bytes', 'Resident memory.', rss)
  set.gauge('nodejs_heap_size_used_bytes', 'JavaScript objects.', heapUsed)
  set.gauge('nodejs_external_memory_bytes', 'Buffers and the like.', external)
  const { user, system } = process.cpuUsage()
  set.counter('process_cpu_seconds_total', 'CPU time.', (user + system) / 1e6)
  // The histogram measures from one tick of its timer to the next.
  const seconds = (nanoseconds: number) => Math.max(0, nanoseconds / NANOSECONDS - DELAY_RESOLUTION_MS / 1000)
  set.gauge('nodejs_eventloop_delay_seconds', 'How late the event loop was since the last reading.', [
    { labels: { quantile: '0.5' }, value: seconds(delay.percentile(50)) },
    { labels: { quantile: '0.99' }, value: seconds(delay.percentile(99)) },
    { labels: { quantile: '1' }, value: seconds(delay.max) },
  ])
  delay.reset()
}
