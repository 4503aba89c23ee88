import { gramsOf } from './grams.ts'
import { sortKey } from './sort-key.ts'

/** What is derived from a name and kept beside it: the text it is ordered by, and the pieces it is found by. */
export interface NameKeys {
  sortKey: string
  grams: string[]
}

/** To be used wherever a row of `entry` gets a name. */
export function nameKeys(name: string): NameKeys {
  return { sortKey: sortKey(name), grams: gramsOf(name) }
}
