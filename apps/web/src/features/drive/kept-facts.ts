import { db } from '../../lib/db.ts'
import { KIND_FILE } from '../../lib/entries/entry-rows.ts'
import { presentEntries } from '../../lib/entries/open-entries.ts'
import type { KeptAnswer, KeptFacts } from '../../lib/kept-file.ts'

/**
 * What a phone that keeps these files has to know. Files that are gone, in trash or somebody else's are missing; of one
 * that was replaced, which went to trash by that, it is told what stands in its place.
 */
export async function keptFacts(ownerId: string, ids: readonly string[]): Promise<KeptAnswer> {
  const files = await factsOf(ownerId, ids)
  const here = new Set(files.map(({ id }) => id))
  const pairs = await successors(
    ownerId,
    ids.filter((id) => !here.has(id)),
  )
  const others = await factsOf(
    ownerId,
    pairs.map(({ by }) => by),
  )
  const replaced = pairs.flatMap(({ id, by }) => {
    const facts = others.find((file) => file.id === by)
    return facts === undefined ? [] : [{ id, by: facts }]
  })
  return { files, replaced }
}

async function factsOf(ownerId: string, ids: readonly string[]): Promise<KeptFacts[]> {
  if (ids.length === 0) return []
  const present = await presentEntries(db(), ownerId, ids)
  const rows = await db().entry.findMany({
    where: { id: { in: present }, kind: KIND_FILE },
    select: {
      publicId: true,
      name: true,
      size: true,
      modifiedAt: true,
      blob: { select: { sha256: true, contentType: true } },
    },
  })
  return rows.flatMap(({ publicId: id, name, size, modifiedAt, blob }) => {
    if (blob === null) return []
    const sha256 = Buffer.from(blob.sha256).toString('hex')
    const { contentType } = blob
    return [{ id, name, size: Number(size), sha256, contentType, modifiedAt: modifiedAt.toISOString() }]
  })
}

/** Files with the name and in the folder of those that went to trash. */
async function successors(ownerId: string, ids: readonly string[]): Promise<{ id: string; by: string }[]> {
  if (ids.length === 0) return []
  return await db().$queryRaw<{ id: string; by: string }[]>`
    SELECT old.public_id AS id, e.public_id AS by
    FROM entry old JOIN entry e ON e.parent_id = old.parent_id AND e.name = old.name AND e.trash_id IS NULL
    WHERE old.owner_id = ${ownerId} AND old.public_id = ANY(${[...ids]}::text[]) AND old.trash_id = old.id
      AND e.owner_id = old.owner_id AND e.kind = ${KIND_FILE}`
}
