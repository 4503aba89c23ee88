import type { Transaction } from '../../../lib/db.ts'
import type { Conflict } from '../../../lib/entries/conflict.ts'
import { KIND_FILE, KIND_FOLDER } from '../../../lib/entries/entry-rows.ts'
import { freeName } from '../../../lib/entries/free-name.ts'
import type { JobEntry, JobInput } from './job-rows.ts'

/** Where an entry goes, and how its name is settled there. */
export interface Placement {
  item: JobEntry
  targetId: bigint
  name: string
}
interface Bearer {
  id: bigint
  kind: number
}
export type Settled =
  | { how: 'place'; placement: Placement; renamed: boolean; replaced?: Bearer }
  | { how: 'merge'; item: JobEntry; into: Bearer }
  | { how: 'skip'; item: JobEntry }

const keyOf = (targetId: bigint, name: string) => `${targetId}/${name}`

/** Who bears these names in these folders now. The entries themselves do not count. */
async function bearersOf(tx: Transaction, wanted: readonly Placement[]): Promise<Map<string, Bearer>> {
  const rows = wanted.map(({ targetId, name }) => ({ target_id: String(targetId), name }))
  const found = await tx.$queryRaw<{ id: bigint; kind: number; target_id: bigint; name: string }[]>`
    SELECT DISTINCT o.id, o.kind::int AS kind, r.target_id, o.name
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(target_id bigint, name text)
    JOIN entry o ON o.parent_id = r.target_id AND o.name = r.name COLLATE "C" AND o.trash_id IS NULL`
  return new Map(found.map(({ id, kind, target_id, name }) => [keyOf(target_id, name), { id, kind }]))
}

interface SettleOptions {
  decide: (placement: Placement) => Conflict
  /** Replacing a folder by a folder puts the content of one into the other. */
  mergesFolders: boolean
  /** Copies: the original bears the name and stays. */
  originalStays?: boolean
}

/**
 * Settles the names of entries that come into folders: free ones stay, taken ones by what a person decided. Inside of a
 * folder that is merged everything is replaced, which is what "replace" means for a folder.
 */
export async function settleNames(
  tx: Transaction,
  wanted: readonly Placement[],
  { decide, mergesFolders, originalStays = false }: SettleOptions,
): Promise<Settled[]> {
  const bearers = await bearersOf(tx, wanted)
  const claimed = new Set<string>()
  const settled: Settled[] = []
  for (const placement of wanted) {
    const key = keyOf(placement.targetId, placement.name)
    const found = bearers.get(key)
    const bearer = found?.id === placement.item.entryId && !originalStays ? undefined : found
    if (bearer === undefined && !claimed.has(key)) {
      claimed.add(key)
      settled.push({ how: 'place', placement, renamed: false })
      continue
    }
    const decision = claimed.has(key) ? 'keep' : decide(placement)
    const one = await settleTaken(tx, { placement, bearer, decision, mergesFolders, claimed })
    if (one.how === 'place') claimed.add(keyOf(one.placement.targetId, one.placement.name))
    settled.push(one)
  }
  return settled
}

interface Taken {
  placement: Placement
  bearer: Bearer | undefined
  decision: Conflict
  mergesFolders: boolean
  claimed: ReadonlySet<string>
}

async function settleTaken(tx: Transaction, taken: Taken): Promise<Settled> {
  const { placement, bearer, decision, mergesFolders, claimed } = taken
  const { item } = placement
  if (decision === 'skip') return { how: 'skip', item }
  if (decision === 'replace' && bearer !== undefined && bearer.kind === item.kind) {
    if (item.kind === KIND_FILE) return { how: 'place', placement, renamed: false, replaced: bearer }
    if (mergesFolders && item.kind === KIND_FOLDER) return { how: 'merge', item, into: bearer }
  }
  const isClaimed = (name: string) => claimed.has(keyOf(placement.targetId, name))
  const name = await freeName(tx, placement.targetId, placement.name, isClaimed)
  return { how: 'place', placement: { ...placement, name }, renamed: true }
}

/** The decision about an item: inside of what was merged everything is replaced. */
export function decisionOf({ conflict, decisions }: JobInput, item: JobEntry): Conflict {
  if (!item.top) return 'replace'
  return (item.publicId === null ? undefined : decisions?.[item.publicId]) ?? conflict ?? 'keep'
}

/** To trash with the files whose names are taken over. */
export async function trashReplaced(tx: Transaction, settled: readonly Settled[]): Promise<void> {
  const ids = settled.flatMap((one) => (one.how === 'place' && one.replaced !== undefined ? [one.replaced.id] : []))
  if (ids.length === 0) return
  await tx.$executeRaw`
    UPDATE entry SET trash_id = id, trashed_at = now() WHERE id = ANY(${ids}::bigint[]) AND trash_id IS NULL`
}
