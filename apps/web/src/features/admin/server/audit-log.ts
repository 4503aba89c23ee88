import { Prisma } from '../../../generated/prisma/client.ts'
import type { CsvCell } from '../csv.ts'
import type { AuditItem, AuditPage, AuditQuery } from '../schema.ts'
import { csvDownload, download } from './download.ts'
import { readAll, readPage } from './paged.ts'

interface Row {
  id: bigint
  at: Date
  actor: string | null
  action: string
  targetKind: string | null
  target: string | null
  ip: string
  detail: Record<string, unknown>
}

type Filter = Omit<AuditQuery, 'cursor'>

function requestOf(filter: Filter) {
  const order = { by: Prisma.sql`at`, type: 'timestamptz' as const, direction: filter.dir }
  return { from: filtered(filter), id: 'bigint' as const, order }
}

function filtered({ action, person, target, from, to }: Filter): Prisma.Sql {
  const conditions = [Prisma.sql`TRUE`]
  if (action) conditions.push(Prisma.sql`starts_with(a.action, ${action})`)
  if (person) {
    conditions.push(Prisma.sql`a.actor_id IN (
      SELECT id FROM person WHERE strpos(lower(name), lower(${person})) > 0 OR strpos(email, lower(${person})) > 0)`)
  }
  if (target) conditions.push(Prisma.sql`strpos(lower(a.target_name), lower(${target})) > 0`)
  if (from) conditions.push(Prisma.sql`a.at >= ${from}::date`)
  if (to) conditions.push(Prisma.sql`a.at < ${to}::date + 1`)
  return Prisma.sql`
    SELECT a.id, a.at, p.email AS actor, a.action, a.target_kind AS "targetKind", a.target_name AS target, a.ip, a.detail
    FROM audit a LEFT JOIN person p ON p.id = a.actor_id WHERE ${Prisma.join(conditions, ' AND ')}`
}

export async function listAudit({ cursor, ...filter }: AuditQuery): Promise<AuditPage> {
  const page = await readPage<Row>({ ...requestOf(filter), cursor })
  return { items: page.rows.map(auditItem), next: page.next }
}

function auditItem({ id, at, sortKey: _, ...row }: Row & { sortKey?: string }): AuditItem {
  return { ...row, id: String(id), at: at.toISOString() }
}

/** Every line of the filter, one by one. */
export function exportAudit({ format, ...filter }: Filter & { format: 'csv' | 'ndjson' }): Response {
  const rows = readAll<Row>(requestOf(filter))
  if (format === 'ndjson') return download('audit.ndjson', 'application/x-ndjson; charset=utf-8', jsonLines(rows))
  return csvDownload('audit', ['at', 'actor', 'action', 'target_kind', 'target', 'ip', 'detail'], csvRows(rows))
}

async function* jsonLines(rows: AsyncIterable<Row>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(auditItem(row))}\n`
}

async function* csvRows(rows: AsyncIterable<Row>): AsyncGenerator<CsvCell[]> {
  for await (const { at, actor, action, targetKind, target, ip, detail } of rows) {
    yield [at.toISOString(), actor, action, targetKind, target, ip, JSON.stringify(detail)]
  }
}
