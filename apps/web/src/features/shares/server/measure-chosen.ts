import { db } from '../../../lib/db.ts'
import { notFound, presentEntries } from '../../../lib/entries/open-entries.ts'
import type { Measured } from '../schema.ts'
import { measureTree } from './shared-entries.ts'

/** Number and size of entries of their owner, for the sentence under a link. Throws not_found when one is missing. */
export async function measureChosen(ownerId: string, ids: readonly string[]): Promise<Measured> {
  const present = await presentEntries(db(), ownerId, ids)
  if (present.length !== new Set(ids).size) throw notFound()
  const { bytes } = await measureTree(db(), present)
  return { items: present.length, bytes }
}
