import { StorageStatus, storageStatusName, trackerCommands } from '@cairn/dfs-core'
import { Counter, Gauge, Registry } from 'prom-client'
import type { Group, StorageServer } from '../cluster/cluster.ts'
import { syncLagSeconds } from '../cluster/explain.ts'
import { reservedMb } from '../cluster/space.ts'
import { isTombstone } from '../cluster/storage-status.ts'
import { isLeader } from '../cluster/tracker-list.ts'
import type { TrackerContext } from '../handlers/context.ts'

// GET /metrics, for Prometheus.

const MIB = 1024 * 1024
const commandNames = new Map<number, string>(Object.values(trackerCommands).map(({ code, name }) => [code, name]))

interface Metric {
  name: string
  type: 'gauge' | 'counter'
  help: string
  samples: { labels?: Record<string, string>; value: number }[]
}

export async function metricsText(context: TrackerContext): Promise<{ type: string; text: string }> {
  const registry = new Registry()
  const metrics = [
    ...trackerMetrics(context),
    ...groupMetrics(context),
    ...storageMetrics(context),
    syncedMetric(context),
    ...processMetrics(),
  ]
  for (const metric of metrics) if (metric.samples.length > 0) addTo(registry, metric)
  return { type: registry.contentType, text: await registry.metrics() }
}

function trackerMetrics(context: TrackerContext): Metric[] {
  const { cluster, connections, snapshots, requestCounts, refusalCounts } = context
  const gauge = (name: string, help: string, value: number): Metric => ({
    name: `cairn_tracker_${name}`,
    type: 'gauge',
    help,
    samples: [{ value }],
  })
  return [
    gauge('start_time_seconds', 'When the tracker started.', context.upTime),
    gauge('leader', 'Whether this tracker leads.', Number(isLeader(cluster.trackers))),
    gauge('connections', 'Open connections.', connections.current()),
    gauge('peers', 'Trackers of the cluster, this one among them.', cluster.trackers.addresses.length),
    gauge('save_failed', 'Whether the last write of the state failed.', Number(snapshots.lastError !== null)),
    {
      name: 'cairn_tracker_requests_total',
      type: 'counter',
      help: 'Requests by command.',
      samples: [...requestCounts].map(([code, value]) => ({
        labels: { command: commandNames.get(code) ?? String(code) },
        value,
      })),
    },
    {
      name: 'cairn_tracker_refusals_total',
      type: 'counter',
      help: 'Requests that were refused, by reason.',
      samples: [...refusalCounts].map(([reason, value]) => ({ labels: { reason }, value })),
    },
  ]
}

function groupMetrics({ cluster }: TrackerContext): Metric[] {
  const gauge = (name: string, help: string, value: (group: Group) => number): Metric => ({
    name: `cairn_group_${name}`,
    type: 'gauge',
    help,
    samples: cluster.groups.map((group) => ({ labels: { group: group.name }, value: value(group) })),
  })
  const reserved = (group: Group) => reservedMb(cluster.settings.reservedSpace, group.totalMb)
  return [
    gauge('free_bytes', 'Free space of the member with the least of it.', ({ freeMb }) => freeMb * MIB),
    gauge('size_bytes', 'Disk size of the same member.', ({ totalMb }) => totalMb * MIB),
    gauge('reserved_bytes', 'Space that uploads leave free.', (group) => reserved(group) * MIB),
    gauge('readable_storages', 'Members that can be read.', ({ readable }) => readable.length),
    gauge('writable_storages', 'Members that can be written.', ({ writable }) => writable.length),
  ]
}

function storageMetrics({ cluster, now }: TrackerContext): Metric[] {
  const servers = cluster.groups.flatMap((group) => group.sorted).filter((server) => !isTombstone(server.status))
  const labels = (server: StorageServer) => ({ group: server.group.name, storage: server.id })
  const metric = (
    name: string,
    type: Metric['type'],
    help: string,
    value: (server: StorageServer) => number | null | undefined,
  ): Metric => ({
    name: `cairn_storage_${name}`,
    type,
    help,
    samples: servers.flatMap((server) => {
      const sample = value(server)
      return sample === null || sample === undefined ? [] : [{ labels: labels(server), value: sample }]
    }),
  })
  return [
    metric('active', 'gauge', 'Whether the storage server serves.', ({ status }) =>
      Number(status === StorageStatus.ACTIVE),
    ),
    {
      name: 'cairn_storage_status',
      type: 'gauge',
      help: 'The state of each storage server.',
      samples: servers.map((server) => ({
        labels: { ...labels(server), status: storageStatusName(server.status) },
        value: 1,
      })),
    },
    metric('free_bytes', 'gauge', 'Free space.', ({ freeMb }) => freeMb * MIB),
    metric('size_bytes', 'gauge', 'Disk size.', ({ totalMb }) => totalMb * MIB),
    metric('sync_lag_seconds', 'gauge', 'How far it is behind the other members.', syncLagSeconds),
    metric('seconds_since_beat', 'gauge', 'Age of the last beat.', ({ lastHeartBeatTime }) =>
      lastHeartBeatTime === 0 ? null : now() - lastHeartBeatTime,
    ),
    metric('uploads_total', 'counter', 'Files uploaded.', ({ stat }) => stat?.successUploadCount),
    metric('upload_bytes_total', 'counter', 'Bytes uploaded.', ({ stat }) => stat?.successUploadBytes),
    metric('downloads_total', 'counter', 'Downloads.', ({ stat }) => stat?.successDownloadCount),
    metric('download_bytes_total', 'counter', 'Bytes downloaded.', ({ stat }) => stat?.successDownloadBytes),
    metric('deletes_total', 'counter', 'Files deleted.', ({ stat }) => stat?.successDeleteCount),
  ]
}

/** One value per pair of members: how far the files of one have arrived at the other. */
function syncedMetric({ cluster }: TrackerContext): Metric {
  const servers = cluster.groups.flatMap((group) => group.sorted).filter((server) => !isTombstone(server.status))
  return {
    name: 'cairn_storage_synced_until_seconds',
    type: 'gauge',
    help: 'Time up to which the files of a source have arrived at a member.',
    samples: servers.flatMap((server) =>
      [...server.syncedFrom].map(([source, value]) => ({
        labels: { group: server.group.name, storage: server.id, source },
        value,
      })),
    ),
  }
}

function processMetrics(): Metric[] {
  const { rss, heapUsed } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  const single = (name: string, type: Metric['type'], help: string, value: number): Metric => {
    return { name, type, help, samples: [{ value }] }
  }
  return [
    single('process_resident_memory_bytes', 'gauge', 'Resident memory.', rss),
    single('nodejs_heap_size_used_bytes', 'gauge', 'JavaScript objects.', heapUsed),
    single('process_cpu_seconds_total', 'counter', 'CPU time.', (user + system) / 1e6),
  ]
}

/** Nothing is kept from one reading to the next: the values are those of the cluster at this moment. */
function addTo(registry: Registry, { name, type, help, samples }: Metric): void {
  const labelNames = Object.keys(samples[0]?.labels ?? {})
  const options = { name, help, labelNames, registers: [registry] }
  if (type === 'gauge') {
    const gauge = new Gauge(options)
    for (const { labels = {}, value } of samples) gauge.set(labels, value)
  } else {
    const counter = new Counter(options)
    for (const { labels = {}, value } of samples) counter.inc(labels, value)
  }
}
