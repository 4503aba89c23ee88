/** A rectangle in the coordinates of what is scrolled, not of the window. */
export type Band = { left: number; top: number; right: number; bottom: number }

export function bandBetween(from: { x: number; y: number }, to: { x: number; y: number }): Band {
  return {
    left: Math.min(from.x, to.x),
    top: Math.min(from.y, to.y),
    right: Math.max(from.x, to.x),
    bottom: Math.max(from.y, to.y),
  }
}

export function touches(a: Band, b: Band): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

/** How far to scroll in one frame when the pointer is beyond an edge: the farther, the faster. */
export function scrollStep(y: number, { top, bottom }: { top: number; bottom: number }): number {
  const beyond = y < top ? y - top : Math.max(0, y - bottom)
  return Math.max(-24, Math.min(24, beyond / 3))
}
