import type { CapacitySample } from '../../../generated/prisma/client.ts'
import { db } from '../../../lib/db.ts'
import type { RatePoint } from '../schema.ts'

const HOUR_MS = 3_600_000

/** What a storage took and gave in the last hour and how busy its disks were, from one sample to the next. */
export async function readLastHour(group: string, storageId: string): Promise<RatePoint[]> {
  const rows = await db().capacitySample.findMany({
    where: { grp: group, storageId, at: { gt: new Date(Date.now() - HOUR_MS) } },
    orderBy: [{ at: 'asc' }, { path: 'asc' }],
  })
  const times = [...new Set(rows.map(({ at }) => at.getTime()))]
  const moments = times.map((time) => rows.filter(({ at }) => at.getTime() === time))
  return moments.slice(1).flatMap((now, index) => {
    const before = moments[index]
    return before === undefined ? [] : [ratesOf(before, now)]
  })
}

/** The rows of one moment: that of the storage (`path` ''), and those of its store paths. */
type Moment = readonly CapacitySample[]

function ratesOf(before: Moment, now: Moment): RatePoint {
  const [at, then] = [now[0]?.at ?? new Date(0), before[0]?.at ?? new Date(0)]
  const ms = at.getTime() - then.getTime()
  const grown = (path: string, counter: 'writtenBytes' | 'readBytes' | 'busyMs') => {
    const [first, last] = [before, now].map((rows) => rows.find((row) => row.path === path)?.[counter] ?? null)
    return first == null || last == null ? null : Number(last - first)
  }
  // A counter that fell began anew, at an unknown moment.
  const rate = (counter: 'writtenBytes' | 'readBytes') => {
    const bytes = grown('', counter)
    return bytes === null ? null : Math.max(0, bytes) / (ms / 1000)
  }
  const share = (path: string) => {
    const busyMs = grown(path, 'busyMs')
    // Samples are said to be of whole minutes and are some moments older or younger.
    return busyMs === null || busyMs < 0 ? null : Math.min(1, busyMs / ms)
  }
  return {
    at: at.toISOString(),
    writtenPerSecond: rate('writtenBytes'),
    readPerSecond: rate('readBytes'),
    busy: now.flatMap(({ path }) => (path === '' ? [] : [{ path, share: share(path) }])),
  }
}
