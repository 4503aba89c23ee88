/**
 * Counts refusals per name. A sender that keeps coming with content that cannot be right would wait behind it for ever;
 * after a few times it is let go on.
 */
export interface Refusals {
  /** Counts one more; true when the name was refused often enough. */
  isSpent(name: string): boolean
}

const NAMES_MAX = 1000

export function createRefusals(refusalsMax: number): Refusals {
  const counts = new Map<string, number>()
  return {
    isSpent(name) {
      const count = (counts.get(name) ?? 0) + 1
      counts.delete(name)
      if (count > refusalsMax) return true
      counts.set(name, count)
      const oldest = counts.keys().next()
      if (counts.size > NAMES_MAX && oldest.done !== true) counts.delete(oldest.value)
      return false
    },
  }
}
