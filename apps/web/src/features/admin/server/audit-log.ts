import { Prisma } from '../../../generated/prisma/client.ts'
import { db } from '../../../lib/db.ts'
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

const ACTORS_MAX = 50
/** So many of the newest lines tell whether a part of a name is rare. */
const SAMPLE_LINES = 10_000
const RARE_IN_SAMPLE = 50

async function requestOf(filter: Filter) {
  const order = { by: Prisma.sql`at`, type: 'timestamptz' as const, direction: filter.dir }
  return { from: await filtered(filter), id: 'bigint' as const, order }
}

/**
 * The log only grows, and something rare must not be looked for in all of it: lines about something rare come from the index
 * of pairs; else those of an action or of few people are a part for each of them, which has an index.
 */
async function filtered(filter: Filter): Promise<Prisma.Sql[]> {
  const { action, person, target } = filter
  const actions = action ? await actionsOf(action) : null
  const conditions = conditionsOf(filter)
  if (target && (await isRareTarget(target))) {
    if (actions !== null) conditions.push(Prisma.sql`a.action = ANY(${actions}::text[])`)
    if (person) conditions.push(actorNamed(person))
    return [linesOf(linesAbout(target), conditions)]
  }
  const actors = person ? await actorsOf(person) : null
  if (actors !== null && actors.length <= ACTORS_MAX) {
    if (actions !== null) conditions.push(Prisma.sql`a.action = ANY(${actions}::text[])`)
    return partsOf(
      actors.map((id) => Prisma.sql`a.actor_id = ${id}`),
      conditions,
    )
  }
  if (person) conditions.push(actorNamed(person))
  return partsOf(
    actions === null ? [Prisma.sql`TRUE`] : actions.map((name) => Prisma.sql`a.action = ${name}`),
    conditions,
  )
}

function conditionsOf({ target, from, to }: Filter): Prisma.Sql[] {
  const conditions: Prisma.Sql[] = []
  if (target) conditions.push(about(target))
  if (from) conditions.push(Prisma.sql`a.at >= ${from}::date`)
  if (to) conditions.push(Prisma.sql`a.at < ${to}::date + 1`)
  return conditions
}

const about = (target: string) => Prisma.sql`strpos(lower(a.target_name), lower(${target})) > 0`

/** Of a single character there are no pairs. */
async function isRareTarget(target: string): Promise<boolean> {
  if ([...target].length < 2) return false
  const [sample] = await db().$queryRaw<[{ hits: number }]>`
    SELECT count(*)::int AS hits FROM (SELECT target_name FROM audit ORDER BY at DESC, id DESC LIMIT ${SAMPLE_LINES}) a
    WHERE ${about(target)}`
  return sample.hits < RARE_IN_SAMPLE
}

/** Materialized: the planner takes the pairs of a word for independent of each other, and a walk over the log for cheap. */
const linesAbout = (target: string) => Prisma.sql`(
  WITH about AS MATERIALIZED (SELECT * FROM audit WHERE audit_pairs(target_name) @> audit_pairs(${target})) SELECT * FROM about
)`

function partsOf(parts: readonly Prisma.Sql[], conditions: readonly Prisma.Sql[]): Prisma.Sql[] {
  const lines = Prisma.sql`audit`
  return (parts.length === 0 ? [Prisma.sql`FALSE`] : parts).map((part) => linesOf(lines, [part, ...conditions]))
}

function linesOf(lines: Prisma.Sql, conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return Prisma.sql`
    SELECT a.id, a.at, p.email AS actor, a.action, a.target_kind AS "targetKind", a.target_name AS target, a.ip, a.detail
    FROM ${lines} a LEFT JOIN person p ON p.id = a.actor_id WHERE ${Prisma.join(conditions, ' AND ')}`
}

/** All actions in the log that begin like this: one look into the index for each action that there is. */
async function actionsOf(beginning: string): Promise<string[]> {
  const rows = await db().$queryRaw<{ action: string }[]>`
    WITH RECURSIVE known AS (
      SELECT min(action) AS action FROM audit
      UNION ALL
      SELECT (SELECT min(a.action) FROM audit a WHERE a.action > known.action) FROM known WHERE known.action IS NOT NULL
    )
    SELECT action FROM known WHERE starts_with(action, ${beginning})`
  return rows.map(({ action }) => action)
}

const namedLike = (text: string) =>
  Prisma.sql`(strpos(lower(p.name), lower(${text})) > 0 OR strpos(p.email, lower(${text})) > 0)`

const actorNamed = (text: string) => Prisma.sql`a.actor_id IN (SELECT id FROM person p WHERE ${namedLike(text)})`

/** People with this in their name or address; one more than are read by themselves. */
async function actorsOf(text: string): Promise<string[]> {
  const rows = await db().$queryRaw<{ id: string }[]>`
    SELECT p.id FROM person p WHERE ${namedLike(text)} LIMIT ${ACTORS_MAX + 1}`
  return rows.map(({ id }) => id)
}

export async function listAudit({ cursor, ...filter }: AuditQuery): Promise<AuditPage> {
  const page = await readPage<Row>({ ...(await requestOf(filter)), cursor })
  return { items: page.rows.map(auditItem), next: page.next }
}

function auditItem({ id, at, sortKey: _, ...row }: Row & { sortKey?: string }): AuditItem {
  return { ...row, id: String(id), at: at.toISOString() }
}

/** Every line of the filter, one by one. */
export async function exportAudit({ format, ...filter }: Filter & { format: 'csv' | 'ndjson' }): Promise<Response> {
  const rows = readAll<Row>(await requestOf(filter))
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
