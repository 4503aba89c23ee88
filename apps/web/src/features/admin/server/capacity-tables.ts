import { Prisma } from '../../../generated/prisma/client.ts'
import { db } from '../../../lib/db.ts'
import type { StorageView } from '../cluster-view.ts'
import type { CsvCell } from '../csv.ts'
import type { HistoryPoint, LargestItem, LargestPage, LargestQuery } from '../schema.ts'
import { csvDownload } from './download.ts'
import { readLastHour } from './last-hour.ts'
import { readOverview } from './overview.ts'
import { type Order, readAll, readPage } from './paged.ts'
import { type HistorySpan, readHistory } from './samples.ts'

interface LargestRow {
  id: bigint | string
  name: string
  owner: string
  bytes: bigint
  files: bigint | null
}

const sources: Record<LargestQuery['kind'], Prisma.Sql> = {
  people: Prisma.sql`
    SELECT p.id, coalesce(p.name, p.email) AS name, p.email AS owner, q.used AS bytes,
      coalesce((SELECT sum(files) FROM owner_category c WHERE c.owner_id = p.id), 0)::bigint AS files
    FROM quota q JOIN person p ON p.id = q.user_id WHERE q.used > 0`,
  folders: Prisma.sql`
    SELECT s.entry_id AS id, e.name, p.email AS owner, s.bytes, s.files
    FROM folder_stat s JOIN entry e ON e.id = s.entry_id JOIN person p ON p.id = e.owner_id
    WHERE s.bytes > 0 AND e.parent_id IS NOT NULL AND e.trash_id IS NULL`,
  files: Prisma.sql`
    SELECT e.id, e.name, p.email AS owner, e.size AS bytes, NULL::bigint AS files
    FROM entry e JOIN person p ON p.id = e.owner_id WHERE e.kind = 1 AND e.trash_id IS NULL AND e.size > 0`,
}
const idTypes = { people: 'text', folders: 'bigint', files: 'bigint' } as const
const bySize: Order = { by: Prisma.sql`bytes`, type: 'bigint', direction: 'desc' }

/** Who keeps most, the folders with most below them, the largest files. */
export async function listLargest({ kind, cursor }: LargestQuery): Promise<LargestPage> {
  const page = await readPage<LargestRow>({ from: sources[kind], id: idTypes[kind], order: bySize, cursor })
  return {
    items: page.rows.map(largestItem),
    next: page.next,
    countedAt: kind === 'folders' ? await countedAt() : null,
  }
}

async function countedAt(): Promise<string | null> {
  const task = await db().workerTask.findUnique({ where: { name: 'folderStat' } })
  return task?.finishedAt?.toISOString() ?? null
}

function largestItem({ id, name, owner, bytes, files }: LargestRow): LargestItem {
  return { id: String(id), name, owner, bytes: Number(bytes), files: files === null ? null : Number(files) }
}

export function exportLargest(kind: LargestQuery['kind']): Response {
  const head = ['name', 'owner', 'bytes', 'files']
  return csvDownload(
    `largest-${kind}`,
    head,
    rowsOf(readAll<LargestRow>({ from: sources[kind], id: idTypes[kind], order: bySize })),
  )
}

async function* rowsOf(rows: AsyncIterable<LargestRow>): AsyncGenerator<CsvCell[]> {
  for await (const { name, owner, bytes, files } of rows) {
    yield [name, owner, Number(bytes), files === null ? null : Number(files)]
  }
}

export async function exportHistory(span: HistorySpan): Promise<Response> {
  return csvDownload(`capacity-${span}`, ['at', 'used_bytes', 'total_bytes'], pointRows(await readHistory(span)))
}

function* pointRows(points: readonly HistoryPoint[]): Generator<CsvCell[]> {
  for (const { at, usedBytes, totalBytes } of points) yield [at, usedBytes, totalBytes]
}

/** Line by line what people keep and what lies on the disks, in bytes; empty where nobody tells. */
export async function exportLedger(): Promise<Response> {
  const { ledger } = await readOverview()
  return csvDownload('ledger', ['line', 'bytes'], Object.entries(ledger))
}

export async function exportLastHour(group: string, storageId: string): Promise<Response> {
  const points = await readLastHour(group, storageId)
  const paths = [...new Set(points.flatMap(({ busy }) => busy.map(({ path }) => path)))].toSorted()
  const head = ['at', 'written_bytes_per_s', 'read_bytes_per_s', ...paths.map((path) => `${path}_disk_busy`)]
  const rows = points.map(({ at, writtenPerSecond, readPerSecond, busy }) => {
    const shares = paths.map((path) => busy.find((one) => one.path === path)?.share ?? null)
    return [at, writtenPerSecond, readPerSecond, ...shares]
  })
  return csvDownload('last-hour', head, rows)
}

/** The tree of groups, storages and store paths, one line each. */
export async function exportTree(): Promise<Response> {
  const { groups } = await readOverview()
  const head = [
    'group',
    'storage',
    'path',
    'total_bytes',
    'used_bytes',
    'free_bytes',
    'content_bytes',
    'lag_s',
    'state',
  ]
  return csvDownload('capacity', head, treeRows(groups.flatMap(({ storages }) => storages)))
}

function* treeRows(storages: readonly StorageView[]): Generator<CsvCell[]> {
  for (const storage of storages) {
    const { group, id, told, lagSeconds, state } = storage
    yield [group, id, '', ...spaceCells(storage, told?.contentBytes ?? null), lagSeconds, state]
    for (const path of told?.paths ?? []) {
      yield [group, id, path.path, ...spaceCells(path, path.contentBytes), null, null]
    }
  }
}

type Space = Pick<StorageView, 'totalBytes' | 'usedBytes' | 'freeBytes'>

function spaceCells({ totalBytes, usedBytes, freeBytes }: Space, contentBytes: number | null): CsvCell[] {
  return [totalBytes, usedBytes, freeBytes, contentBytes]
}
