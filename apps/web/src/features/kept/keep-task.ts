import type { KeptFacts } from '../../lib/kept-file.ts'

export interface KeepTask {
  facts: KeptFacts
  /** Where the bytes are; null: there are none. */
  url: string | null
  cache: string
}

/** Why a file is not kept. */
export type KeepProblem = 'insecure' | 'many' | 'full' | 'differs' | 'gone' | 'failed'

export type KeepReply =
  | { kind: 'progress'; bytes: number }
  | { kind: 'kept' }
  | { kind: 'not_kept'; problem: KeepProblem }
