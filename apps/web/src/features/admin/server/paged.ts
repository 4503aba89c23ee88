import { z } from 'zod'
import { Prisma } from '../../../generated/prisma/client.ts'
import { ApiError } from '../../../lib/api-error.ts'
import { db } from '../../../lib/db.ts'

const PAGE_ROWS = 100
const EXPORT_ROWS = 2000

/** How a table is ordered: an expression over the rows of its source, which has no NULLs. */
export interface Order {
  by: Prisma.Sql
  type: 'text' | 'bigint' | 'timestamptz'
  direction: 'asc' | 'desc'
}

/** Rows with a unique `id`, after this cursor. */
interface PageRequest {
  /** Parts have no row in common: a page of each is read by itself, and of these the first. */
  from: Prisma.Sql | readonly Prisma.Sql[]
  /** The type of `id`. */
  id: 'bigint' | 'text'
  order: Order
  cursor?: string | undefined
}

export interface Page<Row> {
  rows: Row[]
  /** Where the next page begins; null at the end. */
  next: string | null
}

const cursorSchema = z.tuple([z.string().max(1000), z.string().max(100)])

/** One page of a table in an order of its own, by the place of its first row and not by counting. */
export async function readPage<Row extends { id: unknown }>(
  request: PageRequest,
  limit = PAGE_ROWS,
): Promise<Page<Row>> {
  const { from, order, cursor } = request
  const direction = order.direction === 'asc' ? Prisma.sql`ASC` : Prisma.sql`DESC`
  const sequence = Prisma.sql`ORDER BY (${order.by}) ${direction}, id ${direction} LIMIT ${limit + 1}`
  const parts = [from].flat().map(
    (part) => Prisma.sql`(
      SELECT part.*, (${order.by})::text AS "sortKey" FROM (${part}) part
      ${cursor === undefined ? Prisma.empty : Prisma.sql`WHERE ${after(cursor, request)}`} ${sequence})`,
  )
  const rows = await db().$queryRaw<(Row & { sortKey: string })[]>`
    SELECT * FROM (${Prisma.join(parts, ' UNION ALL ')}) source ${sequence}`
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const next = rows.length > limit && last !== undefined ? encodeCursor(last.sortKey, String(last.id)) : null
  return { rows: shown, next }
}

/** All rows, page by page, for an export. */
export async function* readAll<Row extends { id: unknown }>(request: PageRequest): AsyncGenerator<Row> {
  let cursor: string | undefined
  do {
    const page: Page<Row> = await readPage<Row>({ ...request, cursor }, EXPORT_ROWS)
    yield* page.rows
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
}

function after(cursor: string, { order, id: idType }: PageRequest): Prisma.Sql {
  const [key, id] = decodeCursor(cursor)
  if (idType === 'bigint' && !/^\d{1,18}$/.test(id)) throw notACursor()
  const comparison = order.direction === 'asc' ? Prisma.sql`>` : Prisma.sql`<`
  const place = Prisma.sql`${key}::${Prisma.raw(order.type)}, ${id}::${Prisma.raw(idType)}`
  return Prisma.sql`((${order.by}), id) ${comparison} (${place})`
}

function encodeCursor(key: string, id: string): string {
  return Buffer.from(JSON.stringify([key, id]), 'utf8').toString('base64url')
}

function decodeCursor(text: string): [string, string] {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
  } catch (cause) {
    throw notACursor(cause)
  }
}

function notACursor(cause?: unknown): ApiError {
  return new ApiError('bad_request', 'This is not the cursor of a page.', { field: 'cursor', cause })
}
