import { Prisma } from '../../../generated/prisma/client.ts'
import { db } from '../../../lib/db.ts'
import type { CsvCell } from '../csv.ts'
import type { PeoplePage, PeopleQuery, PersonItem, PersonSort } from '../schema.ts'
import { csvDownload } from './download.ts'
import { type Order, readAll, readPage } from './paged.ts'

interface Row {
  id: string
  name: string
  email: string
  role: string
  disabledAt: Date | null
  createdAt: Date
  lastSeenAt: Date | null
  factor: boolean
  allowed: bigint
  used: bigint
  reserved: bigint
  groupId: string | null
  groupName: string | null
}

const source = Prisma.sql`
  SELECT p.public_id AS id, coalesce(p.name, p.email) AS name, p.email, p.role, p.disabled_at AS "disabledAt",
    p.created_at AS "createdAt", q.allowed, q.used, q.reserved, g.id AS "groupId", g.name AS "groupName",
    EXISTS (SELECT 1 FROM totp t WHERE t.user_id = p.id AND t.confirmed_at IS NOT NULL) AS factor,
    (SELECT max(s.last_seen_at) FROM session s WHERE s.user_id = p.id) AS "lastSeenAt"
  FROM person p JOIN quota q ON q.user_id = p.id LEFT JOIN quota_group g ON g.id = q.group_id`

const orders: Record<PersonSort, Omit<Order, 'direction'>> = {
  name: { by: Prisma.sql`lower(name)`, type: 'text' },
  email: { by: Prisma.sql`email`, type: 'text' },
  quota: { by: Prisma.sql`allowed`, type: 'bigint' },
  used: { by: Prisma.sql`used`, type: 'bigint' },
  reserved: { by: Prisma.sql`reserved`, type: 'bigint' },
  role: { by: Prisma.sql`role`, type: 'text' },
  state: { by: Prisma.sql`("disabledAt" IS NOT NULL)::int::text`, type: 'text' },
  lastSeen: { by: Prisma.sql`coalesce("lastSeenAt", '-infinity')`, type: 'timestamptz' },
  factor: { by: Prisma.sql`factor::int::text`, type: 'text' },
  created: { by: Prisma.sql`"createdAt"`, type: 'timestamptz' },
}

type Filter = Omit<PeopleQuery, 'cursor'>

function filtered({ q, role, state, group }: Filter): Prisma.Sql {
  const conditions = [Prisma.sql`TRUE`]
  if (q) conditions.push(Prisma.sql`(strpos(lower(p.name), lower(${q})) > 0 OR strpos(p.email, lower(${q})) > 0)`)
  if (role) conditions.push(Prisma.sql`p.role = ${role}`)
  if (state) conditions.push(Prisma.sql`(p.disabled_at IS NOT NULL) = ${state === 'disabled'}`)
  if (group) conditions.push(Prisma.sql`q.group_id = ${group}`)
  return Prisma.sql`${source} WHERE ${Prisma.join(conditions, ' AND ')}`
}

function requestOf(filter: Filter) {
  return { from: filtered(filter), id: 'text' as const, order: { ...orders[filter.sort], direction: filter.dir } }
}

/** One page of all accounts. */
export async function listPeople({ cursor, ...filter }: PeopleQuery): Promise<PeoplePage> {
  const [page, counted] = await Promise.all([
    readPage<Row>({ ...requestOf(filter), cursor }),
    db().$queryRaw<[{ count: number }]>`SELECT count(*)::int AS count FROM (${filtered(filter)}) people`,
  ])
  return { items: page.rows.map(personItem), next: page.next, total: counted[0].count }
}

function personItem(row: Row): PersonItem {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    role: row.role === 'admin' ? 'admin' : 'user',
    disabledAt: row.disabledAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    hasSecondFactor: row.factor,
    quotaBytes: Number(row.allowed),
    usedBytes: Number(row.used),
    reservedBytes: Number(row.reserved),
    group: row.groupId === null ? null : { id: row.groupId, name: row.groupName ?? '' },
  }
}

const head = [
  'name',
  'email',
  'role',
  'state',
  'group',
  'quota_bytes',
  'used_bytes',
  'reserved_bytes',
  'second_factor',
  'last_seen',
  'created',
]

/** Exactly the rows of the filter, in its order. */
export function exportPeople(filter: Filter): Response {
  return csvDownload('people', head, personLines(readAll<Row>(requestOf(filter))))
}

async function* personLines(rows: AsyncIterable<Row>): AsyncGenerator<CsvCell[]> {
  for await (const row of rows) {
    const person = personItem(row)
    yield [
      person.name,
      person.email,
      person.role,
      person.disabledAt === null ? 'active' : 'disabled',
      person.group?.name ?? null,
      person.quotaBytes,
      person.usedBytes,
      person.reservedBytes,
      person.hasSecondFactor,
      person.lastSeenAt,
      person.createdAt,
    ]
  }
}
