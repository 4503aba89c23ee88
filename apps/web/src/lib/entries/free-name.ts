import type { Transaction } from '../db.ts'
import { numberedName } from './name.ts'

const TRIES_AT_ONCE = 50
const NUMBER_MAX = 10_000

/**
 * The first of 'a.txt', 'a (2).txt', 'a (3).txt' … that no visible entry of the folder has. Only a proposal: until it
 * is inserted, someone else may take it. `isClaimed`: names that are given away already and not written yet.
 */
export async function freeName(
  tx: Transaction,
  folderId: bigint,
  name: string,
  isClaimed: (name: string) => boolean = () => false,
): Promise<string> {
  for (let first = 1; first < NUMBER_MAX; first += TRIES_AT_ONCE) {
    const numbers = Array.from({ length: TRIES_AT_ONCE }, (_, i) => first + i)
    const candidates = numbers.map((number) => (number === 1 ? name : numberedName(name, number)))
    const rows = await tx.$queryRaw<{ name: string }[]>`
      SELECT name FROM entry
      WHERE parent_id = ${folderId} AND trash_id IS NULL AND name = ANY(${candidates}::text[])`
    const taken = new Set(rows.map((row) => row.name))
    const free = candidates.find((candidate) => !taken.has(candidate) && !isClaimed(candidate))
    if (free !== undefined) return free
  }
  throw new Error(`no free name for ${JSON.stringify(name)} up to number ${NUMBER_MAX}`)
}
