import { ConnectionError, ProtocolError, ServerError } from '@cairn/dfs-core'
import { log } from '../../../lib/log.ts'
import { processWide } from '../../../lib/process-wide.ts'
import type { ClusterView, Forecast, GroupView } from '../cluster-view.ts'
import { knownDots, reachedAt, trendOf } from '../forecast.ts'
import { balance, copiesInReach, type StoredSums } from '../ledger.ts'
import type { HistoryPoint } from '../schema.ts'
import { spaceOfStorages } from '../shared-disks.ts'
import { FILLING_SHARE } from '../storage-state.ts'
import { readGroups } from './cluster.ts'
import { readOpenUploads } from './open-uploads.ts'
import { readHistory } from './samples.ts'
import { readStoredSums } from './stored-sums.ts'

const SUMS_FRESH_MS = 15_000
const TREND_FRESH_MS = 300_000
const TREND_DAYS = 180
/** So many times as long as it took to ask, nobody asks again. */
const RESTS = 10

interface Slow<T> {
  value: Promise<T>
  until: number
}

/**
 * What costs more than a moment is asked for less often than what changes every second, and less often the longer it
 * takes: to add up millions of files must not become what the database is busy with.
 */
function slowly<T>(name: string, freshMs: number, ask: () => Promise<T>): Promise<T> {
  const holder = processWide<{ kept?: Slow<T> }>(`admin-${name}`, () => ({}))
  if (holder.kept !== undefined && holder.kept.until > Date.now()) return holder.kept.value
  const startedAt = Date.now()
  const kept = { value: ask(), until: Number.POSITIVE_INFINITY }
  holder.kept = kept
  kept.value.then(
    () => {
      const ms = Date.now() - startedAt
      kept.until = Date.now() + Math.max(freshMs, ms * RESTS)
    },
    () => {
      if (holder.kept === kept) delete holder.kept
    },
  )
  return kept.value
}

/** Everything that the capacity pages show, as of now. */
export async function readOverview(): Promise<ClusterView> {
  const seen = await seenGroups()
  const [sums, points, uploads] = await Promise.all([
    slowly('sums', SUMS_FRESH_MS, readStoredSums),
    slowly('history', TREND_FRESH_MS, () => readHistory('year')),
    readOpenUploads(),
  ])
  return overviewOf(seen, sums, {
    uploads: { count: uploads.count, bytes: uploads.bytes },
    forecast: forecastOf(points, seen.groups),
  })
}

interface Seen {
  groups: GroupView[]
  reachable: boolean
}

/** The groups as they are now, or as they were seen last while no tracker tells. */
export async function seenGroups(): Promise<Seen> {
  const last = processWide<{ groups: GroupView[] }>('admin-groups', () => ({ groups: [] }))
  try {
    last.groups = await readGroups()
    return { groups: last.groups, reachable: true }
  } catch (error) {
    const isSilence = error instanceof ConnectionError || error instanceof ServerError || error instanceof ProtocolError
    if (!isSilence) throw error
    log().warn({ err: error }, 'no tracker tells about the cluster')
    return { groups: last.groups, reachable: false }
  }
}

function overviewOf(
  { groups, reachable }: Seen,
  sums: StoredSums,
  rest: Pick<ClusterView, 'uploads' | 'forecast'>,
): ClusterView {
  return {
    at: new Date().toISOString(),
    reachable,
    groups,
    ledger: balance(sums, groups),
    copies: copiesInReach(sums, groups),
    ...rest,
  }
}

function forecastOf(points: readonly HistoryPoint[], groups: readonly GroupView[]): Forecast | 'too_short' {
  const trend = trendOf(knownDots(points.slice(-TREND_DAYS)))
  if (trend === null) return 'too_short'
  const { totalBytes: total } = spaceOfStorages(groups.flatMap(({ storages }) => storages))
  const when = (slope: number) => {
    const at = reachedAt(trend, total * FILLING_SHARE, slope)
    return at === null ? null : new Date(at).toISOString()
  }
  return {
    middle: when(trend.slope),
    early: when(trend.fast),
    late: when(trend.slow),
    at: new Date(trend.at).toISOString(),
    bytes: trend.bytes,
    slope: trend.slope,
    slow: trend.slow,
    fast: trend.fast,
  }
}
