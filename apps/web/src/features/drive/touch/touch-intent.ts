/** What a moving finger is doing; null as long as it is not clear. `none`: nothing of ours, the browser scrolls. */
export type TouchIntent = 'paint' | 'swipe' | 'pull' | 'none'

export type Moved = {
  dx: number
  dy: number
  /** The finger began on a box of the selection, or pressed long on an entry. */
  paints: boolean
  /** The finger began on an entry that can be swiped. */
  swipes: boolean
  /** The list is at its beginning. */
  atTop: boolean
}

const CLEAR_PX = 8
// A thumb that scrolls draws an arc: only what is clearly sideways is a swipe.
const SIDEWAYS = 1.5

export function intentOf({ dx, dy, paints, swipes, atTop }: Moved): TouchIntent | null {
  if (Math.hypot(dx, dy) < CLEAR_PX) return null
  if (paints) return 'paint'
  if (swipes && dx < 0 && -dx > SIDEWAYS * Math.abs(dy)) return 'swipe'
  if (atTop && dy > SIDEWAYS * Math.abs(dx)) return 'pull'
  return 'none'
}

const PULL_MAX = 96

/** How far the list follows a finger that pulls it down: less and less. */
export function pulledBy(dy: number): number {
  return PULL_MAX * (1 - Math.exp(-Math.max(0, dy) / (2 * PULL_MAX)))
}
