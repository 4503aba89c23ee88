import { createHash, timingSafeEqual } from 'node:crypto'
import { Gauge, Registry } from 'prom-client'
import { isLoopback } from '../../../lib/client-address.ts'
import { db } from '../../../lib/db.ts'
import { env } from '../../../lib/env.ts'
import { metrics } from '../../../lib/metrics.ts'
import { peerAddress } from '../../../lib/peer-address.ts'

/** Prometheus on this machine, or whoever knows the token. A request through a proxy says nothing about who asks. */
export function mayScrape(headers: Headers): boolean {
  const token = env().metricsToken
  const given = /^Bearer (.+)$/.exec(headers.get('authorization') ?? '')?.[1]
  if (token !== undefined && given !== undefined) return timingSafeEqual(digest(given), digest(token))
  // Next writes the address of the connection into X-Forwarded-For, behind what a proxy wrote there.
  const hops = (headers.get('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim())
  const isDirect =
    !headers.has('forwarded') && !headers.has('via') && hops.every((hop) => hop === '' || isLoopback(hop))
  return isDirect && isLoopback(peerAddress(headers))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** What this process counted, and what the database says right now. */
export async function scrape(): Promise<{ text: string; contentType: string }> {
  const now = new Registry()
  const [queues, connections] = await Promise.all([readQueueLengths(), readConnections()])
  const waiting = gauge(now, { name: 'cairn_web_queue_items', help: 'Work that waits for the worker', label: 'queue' })
  for (const { name, value } of queues) waiting.set({ queue: name }, value)
  const open = gauge(now, {
    name: 'cairn_web_database_connections',
    help: 'Connections of all processes to the database, by what they do',
    label: 'state',
  })
  for (const { name, value } of connections) open.set({ state: name }, value)
  const { registry } = metrics()
  return { text: (await registry.metrics()) + (await now.metrics()), contentType: registry.contentType }
}

interface GaugeSpec {
  name: string
  help: string
  label: string
}

function gauge(registry: Registry, { name, help, label }: GaugeSpec): Gauge {
  return new Gauge({ name, help, labelNames: [label], registers: [registry] })
}

interface Named {
  name: string
  value: number
}

function readQueueLengths(): Promise<Named[]> {
  return db().$queryRaw<Named[]>`
    SELECT 'blob_checks' AS name, count(*)::int AS value FROM blob_check
    UNION ALL SELECT 'garbage', count(*)::int FROM dfs_garbage
    UNION ALL SELECT 'tree_jobs', count(*)::int FROM tree_job
    UNION ALL SELECT 'jobs', count(*)::int FROM job WHERE state IN ('queued', 'running')
    UNION ALL SELECT 'thumbnails', count(*)::int FROM thumbnail WHERE state = 'wanted' AND kind = 'small'
    UNION ALL SELECT 'uploads', count(*)::int FROM upload WHERE state IN ('created', 'uploading')`
}

function readConnections(): Promise<Named[]> {
  return db().$queryRaw<Named[]>`
    SELECT coalesce(state, 'other') AS name, count(*)::int AS value FROM pg_stat_activity
    WHERE datname = current_database() GROUP BY 1`
}
