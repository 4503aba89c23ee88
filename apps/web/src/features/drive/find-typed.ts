import { Prisma } from '../../generated/prisma/client.ts'
import { db } from '../../lib/db.ts'
import { KIND_FILE, KIND_FOLDER } from '../../lib/entries/entry-rows.ts'
import { openFolder } from '../../lib/entries/open-entries.ts'
import { initialsPattern, typedKeys } from '../../lib/entries/typed-key.ts'
import { openGathered } from './gathered.ts'
import { placeOfId } from './place.ts'
import type { SortDirection, TypedEntry, TypedQuery } from './schema.ts'
import { trashSet } from './trash-listing.ts'

/** No name has it, so it stands behind all that begin alike. */
const LAST_CHARACTER = '\u{10ffff}'

/** The first entry of a list by name whose name begins with what was typed, as written or by its initials. */
export async function findTyped(ownerId: string, { folder, dir, typed }: TypedQuery): Promise<TypedEntry> {
  const ranges = await rangesOf(ownerId, folder, dir)
  const pattern = initialsPattern(typed)
  const found =
    (await firstIn(ranges, dir, { keys: typedKeys(typed) })) ??
    (pattern === null ? undefined : await firstIn(ranges, dir, { keys: [typed.charAt(0).toLowerCase()], pattern }))
  return { id: found ?? null }
}

/** What a list by name consists of, one after the other: where folders come first they have a range of their own. */
async function rangesOf(ownerId: string, folder: string, dir: SortDirection): Promise<Prisma.Sql[]> {
  const place = placeOfId(folder)
  if (place === null || place.kind === 'recent' || place.kind === 'search') return []
  const order = { sort: 'name', dir } as const
  if (place.kind === 'trash') return [trashSet(ownerId, order).where]
  if (place.kind === 'folder') {
    const { id } = await openFolder(db(), ownerId, place.id)
    return byKind(Prisma.sql`e.parent_id = ${id} AND e.trash_id IS NULL`)
  }
  const { set } = await openGathered(ownerId, place, order)
  return set.foldersFirst ? byKind(set.where) : [set.where]
}

function byKind(where: Prisma.Sql): Prisma.Sql[] {
  return [KIND_FOLDER, KIND_FILE].map((kind) => Prisma.sql`${where} AND e.kind = ${kind}`)
}

type Beginning = { keys: string[]; pattern?: string }

/** One step into the index for each beginning; with a pattern what begins with its first letter is looked through. */
async function firstIn(ranges: Prisma.Sql[], dir: SortDirection, { keys, pattern }: Beginning) {
  const direction = dir === 'asc' ? Prisma.sql`ASC` : Prisma.sql`DESC`
  const matching = pattern === undefined ? Prisma.empty : Prisma.sql`AND e.sort_key ~ ${pattern}`
  for (const range of ranges) {
    const [first] = await db().$queryRaw<{ public_id: string }[]>`
      SELECT first.public_id FROM unnest(${keys}::text[]) AS typed(key), LATERAL (
        SELECT e.public_id, e.sort_key, e.id FROM entry e
        WHERE ${range} AND e.sort_key >= typed.key AND e.sort_key < typed.key || ${LAST_CHARACTER} ${matching}
        ORDER BY e.sort_key ${direction}, e.id ${direction} LIMIT 1
      ) first ORDER BY first.sort_key ${direction}, first.id ${direction} LIMIT 1`
    if (first !== undefined) return first.public_id
  }
  return undefined
}
