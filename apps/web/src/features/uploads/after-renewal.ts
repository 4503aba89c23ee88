import type { RenewalReason } from './ticket-renewal.ts'

const MOVES_MAX = 3

interface Renewed {
  reason: RenewalReason
  /** The ticket is for another storage than before. */
  moved: boolean
  /** How often it was so since the last byte that moved forward. */
  moves: number
}

/**
 * What an upload does with a fresh ticket. One storage after the other that cannot write may go on for ever, and is
 * nobody's mistake: after some of them it waits, and unlike a refused ticket that never fails it.
 */
export function afterRenewal({ reason, moved, moves }: Renewed): 'again' | 'move' | 'create' | 'wait' {
  if (reason === 'refused') return 'again'
  if (moved) return moves < MOVES_MAX ? 'move' : 'wait'
  return reason === 'lost' ? 'create' : 'wait'
}
