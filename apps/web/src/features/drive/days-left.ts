const DAY_MS = 86_400_000

/** Whole days until something leaves trash: 0 for what leaves within half a day, or should have left already. */
export function daysLeft(leavesAt: string, now: number): number {
  return Math.max(0, Math.round((Date.parse(leavesAt) - now) / DAY_MS))
}
