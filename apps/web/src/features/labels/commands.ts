import { ApiError } from '../../lib/api-error.ts'
import { inTransaction, type Transaction, violatedIndex } from '../../lib/db.ts'
import { folded } from '../../lib/entries/folded.ts'
import { lockTags, markFavourite } from '../../lib/entries/marks.ts'
import { notFound, presentEntries } from '../../lib/entries/open-entries.ts'
import { newPublicId } from '../../lib/public-id.ts'
import { type Favoured, type Mark, type Marked, TAG_NAME_MAX, type TagColour, type TagItem } from './schema.ts'

const CONTROL = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u

/** Throws not_found when one of the entries is not there, in trash, or someone else's. */
async function openAll(tx: Transaction, ownerId: string, ids: readonly string[]): Promise<bigint[]> {
  const present = await presentEntries(tx, ownerId, ids)
  if (present.length !== new Set(ids).size) throw notFound()
  return present
}

/** Stars entries or takes the star away. */
export async function setFavourite(ownerId: string, ids: readonly string[], on: boolean): Promise<Favoured> {
  return await inTransaction(async (tx) => {
    const entries = await openAll(tx, ownerId, ids)
    const rows = await markFavourite(tx, { ownerId, entryIds: entries, on })
    const changed = await tx.entry.findMany({
      where: { id: { in: rows } },
      select: { publicId: true },
    })
    return { changed: changed.map((entry) => entry.publicId) }
  })
}

function tagName(typed: string): { name: string; nameKey: string } {
  const name = typed.normalize('NFC').trim().replace(/\s+/gu, ' ')
  const refuse = (message: string) => new ApiError('name_invalid', message, { field: 'name' })
  if (name === '') throw refuse('A tag needs a name.')
  if ([...name].length > TAG_NAME_MAX) throw refuse(`A tag has ${TAG_NAME_MAX} characters at most.`)
  if (CONTROL.test(name)) throw refuse('A tag cannot contain control characters.')
  return { name, nameKey: folded(name) }
}

function tagTaken(name: string, cause: unknown): ApiError {
  return new ApiError('name_taken', `There is a tag “${name}” already.`, { field: 'name', detail: { name }, cause })
}

export async function createTag(ownerId: string, typedName: string, colour: TagColour): Promise<TagItem> {
  const { name, nameKey } = tagName(typedName)
  try {
    return await inTransaction(async (tx) => {
      const tag = await tx.tag.create({ data: { publicId: newPublicId(), ownerId, name, nameKey, colour } })
      return { id: tag.publicId, name, colour, entries: 0 }
    })
  } catch (error) {
    if (violatedIndex(error) === 'tag_name_key') throw tagTaken(name, error)
    throw error
  }
}

export async function changeTag(
  ownerId: string,
  tagId: string,
  change: { name?: string | undefined; colour?: TagColour | undefined },
): Promise<void> {
  const named = change.name === undefined ? {} : tagName(change.name)
  const coloured = change.colour === undefined ? {} : { colour: change.colour }
  try {
    await inTransaction(async (tx) => {
      const { count } = await tx.tag.updateMany({
        where: { ownerId, publicId: tagId },
        data: { ...named, ...coloured },
      })
      if (count === 0) throw notFound()
    })
  } catch (error) {
    if (violatedIndex(error) === 'tag_name_key') throw tagTaken(change.name ?? '', error)
    throw error
  }
}

/** The entries stay; they only lose this word. */
export async function deleteTag(ownerId: string, tagId: string): Promise<void> {
  await inTransaction(async (tx) => {
    const { count } = await tx.tag.deleteMany({ where: { ownerId, publicId: tagId } })
    if (count === 0) throw notFound()
  })
}

/** Everything that carries one tag carries the other one then, and the first is gone. */
export async function mergeTag(ownerId: string, tagId: string, intoId: string): Promise<void> {
  await inTransaction(async (tx) => {
    const tags = await lockTags(tx, ownerId, [tagId, intoId])
    const [from, into] = [tags.get(tagId), tags.get(intoId)]
    if (from === undefined || into === undefined || from === into) throw notFound()
    await tx.$executeRaw`
      INSERT INTO entry_tag (tag_id, entry_id, at) SELECT ${into}::bigint, entry_id, at FROM entry_tag
      WHERE tag_id = ${from} ORDER BY entry_id ON CONFLICT DO NOTHING`
    await tx.tag.delete({ where: { id: from } })
  })
}

interface Marks {
  add: readonly Mark[]
  remove: readonly Mark[]
}

/** Puts tags on entries and takes others off; all or nothing. */
export async function changeMarks(ownerId: string, { add, remove }: Marks): Promise<Marked> {
  const all = [...add, ...remove]
  if (all.length === 0) return { added: [], removed: [] }
  return await inTransaction(async (tx) => {
    const tagIds = [...new Set(all.map((mark) => mark.tagId))]
    if ((await lockTags(tx, ownerId, tagIds)).size !== tagIds.length) throw notFound()
    await openAll(tx, ownerId, [...new Set(all.map((mark) => mark.entryId))])
    return { added: await insertMarks(tx, add), removed: await deleteMarks(tx, remove) }
  })
}

async function insertMarks(tx: Transaction, marks: readonly Mark[]): Promise<Mark[]> {
  return await tx.$queryRaw<Mark[]>`
    WITH wanted AS (
      SELECT t.id AS tag_id, e.id AS entry_id, t.public_id AS tag_public, e.public_id AS entry_public
      FROM jsonb_to_recordset(${JSON.stringify(marks)}::jsonb) AS m("tagId" text, "entryId" text)
      JOIN tag t ON t.public_id = m."tagId" JOIN entry e ON e.public_id = m."entryId"
    ), added AS (
      INSERT INTO entry_tag (tag_id, entry_id) SELECT DISTINCT tag_id, entry_id FROM wanted ORDER BY 1, 2
      ON CONFLICT DO NOTHING RETURNING tag_id, entry_id
    )
    SELECT tag_public AS "tagId", entry_public AS "entryId" FROM added JOIN wanted USING (tag_id, entry_id)`
}

async function deleteMarks(tx: Transaction, marks: readonly Mark[]): Promise<Mark[]> {
  return await tx.$queryRaw<Mark[]>`
    WITH wanted AS (
      SELECT t.id AS tag_id, e.id AS entry_id, t.public_id AS tag_public, e.public_id AS entry_public
      FROM jsonb_to_recordset(${JSON.stringify(marks)}::jsonb) AS m("tagId" text, "entryId" text)
      JOIN tag t ON t.public_id = m."tagId" JOIN entry e ON e.public_id = m."entryId"
    ), gone AS (
      DELETE FROM entry_tag x USING wanted w WHERE x.tag_id = w.tag_id AND x.entry_id = w.entry_id
      RETURNING x.tag_id, x.entry_id
    )
    SELECT tag_public AS "tagId", entry_public AS "entryId" FROM gone JOIN wanted USING (tag_id, entry_id)`
}

/** Every one of these tags and every one of these entries. */
export function marksOf(tagIds: readonly string[], entryIds: readonly string[]): Mark[] {
  return tagIds.flatMap((tagId) => entryIds.map((entryId) => ({ tagId, entryId })))
}
