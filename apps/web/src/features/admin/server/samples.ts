import { db } from '../../../lib/db.ts'
import type { DiskView, GroupView, StorageView } from '../cluster-view.ts'
import type { HistoryPoint } from '../schema.ts'
import { ownSpaces, type Space } from '../shared-disks.ts'

const MINUTE_MS = 60_000
/** Samples older than this are kept only once in each span. */
const thinning = [
  { olderThanDays: 2, everySeconds: 900 },
  { olderThanDays: 14, everySeconds: 3600 },
  { olderThanDays: 90, everySeconds: 86_400 },
] as const

/** Writes down how full everything is, once a minute however often it is called. */
export async function storeSamples(groups: readonly GroupView[], now: Date): Promise<number> {
  const at = new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS)
  const members = groups.flatMap(({ storages }) => storages.filter(isMember))
  const rows = ownSpaces(members).flatMap(({ storage, own }) => rowsOf(storage, own, at))
  const { count } = await db().capacitySample.createMany({ data: rows, skipDuplicates: true })
  return count
}

function isMember({ state }: StorageView): boolean {
  return state !== 'removed'
}

function rowsOf(storage: StorageView, own: Space, at: Date) {
  const place = { grp: storage.group, storageId: storage.id, at }
  // How full it is while it does not answer would be a guess.
  if (storage.silence === 'away') return [{ ...place, path: '' }]
  const paths = storage.told?.paths ?? []
  return [
    {
      ...place,
      path: '',
      ...spaceOf(storage, storage.told?.contentBytes ?? null),
      ownTotalBytes: BigInt(own.totalBytes),
      ownFreeBytes: BigInt(own.freeBytes),
      writtenBytes: BigInt(storage.counters.written),
      readBytes: BigInt(storage.counters.read),
    },
    ...paths.map((path) => ({
      ...place,
      path: path.path,
      disk: path.disk,
      ...spaceOf(path, path.contentBytes),
      busyMs: path.busyMs === null ? null : BigInt(Math.floor(path.busyMs)),
    })),
  ]
}

function spaceOf({ totalBytes, freeBytes }: Space, contentBytes: number | null) {
  return {
    totalBytes: BigInt(totalBytes),
    freeBytes: BigInt(freeBytes),
    usedBytes: contentBytes === null ? null : BigInt(contentBytes),
  }
}

/** What a storage lay on when it was last looked at; null: its samples do not say. */
export async function lastDisks(grp: string, storageId: string): Promise<DiskView[] | null> {
  const ofIt = { grp, storageId, path: { not: '' } }
  const last = await db().capacitySample.findFirst({ where: ofIt, orderBy: { at: 'desc' }, select: { at: true } })
  if (last === null) return null
  const rows = await db().capacitySample.findMany({ where: { ...ofIt, at: last.at } })
  return rows.map(({ disk, totalBytes, freeBytes }) => ({
    disk,
    totalBytes: Number(totalBytes),
    freeBytes: Number(freeBytes),
  }))
}

/** Of samples of a certain age, one of each span stays: the last that has numbers. Returns how many went. */
export async function thinSamples(now: Date): Promise<number> {
  let gone = 0
  for (const { olderThanDays, everySeconds } of thinning) {
    gone += await db().$executeRaw`
      DELETE FROM capacity_sample s USING (
        SELECT grp, storage_id, path, at, row_number() OVER (
          PARTITION BY grp, storage_id, path, floor(extract(epoch FROM at) / ${everySeconds}::int)
          ORDER BY total_bytes IS NULL, at DESC) AS place
        FROM capacity_sample WHERE at < ${now}::timestamptz - make_interval(days => ${olderThanDays}::int)
      ) old
      WHERE (s.grp, s.storage_id, s.path, s.at) = (old.grp, old.storage_id, old.path, old.at) AND old.place > 1`
  }
  return gone
}

const spans = {
  month: { days: 31, everySeconds: 21_600 },
  year: { days: 366, everySeconds: 86_400 },
  all: { days: 36_500, everySeconds: 86_400 },
} as const

const STRETCHES = [60, 300, 900, 3600, 21_600, 86_400] as const
const POINTS_WANTED = 100

export type HistorySpan = keyof typeof spans

/** A young cluster has a chart as well: as wide as it gives about a hundred points, and never wider than wanted. */
async function stretchOf(days: number, widest: number): Promise<number> {
  const [first] = await db().$queryRaw<{ age: number | null }[]>`
    SELECT extract(epoch FROM now() - min(at))::float8 AS age FROM capacity_sample
    WHERE path = '' AND at > now() - make_interval(days => ${days}::int)`
  const wanted = (first?.age ?? 0) / POINTS_WANTED
  return STRETCHES.find((seconds) => seconds >= Math.min(wanted, widest)) ?? widest
}

interface Stretch {
  /** Stretches since 1970. */
  span: number
  /** Null: one of the storages did not answer all the while. */
  used: bigint | null
  total: bigint | null
}

/** The last known value of each stretch of time, added up over all storages, a disk that they share once; points without numbers where one is not known. */
export async function readHistory(span: HistorySpan): Promise<HistoryPoint[]> {
  const { days, everySeconds: widest } = spans[span]
  const everySeconds = await stretchOf(days, widest)
  const rows = await db().$queryRaw<Stretch[]>`
    SELECT span::int8::float8 AS span,
      CASE WHEN count(*) = count(total) THEN sum(total - free)::bigint END AS used,
      CASE WHEN count(*) = count(total) THEN sum(total)::bigint END AS total
    FROM (
      SELECT DISTINCT ON (span, grp, storage_id) span,
        coalesce(own_total_bytes, total_bytes) AS total, coalesce(own_free_bytes, free_bytes) AS free
      FROM (
        SELECT *, floor(extract(epoch FROM at) / ${everySeconds}::int) AS span FROM capacity_sample
        WHERE path = '' AND at > now() - make_interval(days => ${days}::int)
      ) samples
      ORDER BY span, grp, storage_id, total_bytes IS NULL, at DESC
    ) last GROUP BY span ORDER BY span`
  return rows.flatMap((row, index) => {
    const point = { at: timeOf(row.span, everySeconds), usedBytes: numberOf(row.used), totalBytes: numberOf(row.total) }
    const next = rows[index + 1]
    // Nobody wrote anything down for a while.
    const isCut = next !== undefined && next.span > row.span + 1
    return isCut ? [point, { at: timeOf(row.span + 1, everySeconds), usedBytes: null, totalBytes: null }] : [point]
  })
}

function timeOf(span: number, everySeconds: number): string {
  return new Date(span * everySeconds * 1000).toISOString()
}

function numberOf(bytes: bigint | null): number | null {
  return bytes === null ? null : Number(bytes)
}
