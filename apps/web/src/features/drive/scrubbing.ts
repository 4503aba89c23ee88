import type { ListMark } from './schema.ts'

const HANDLE_PX = 48

type Scrolled = { scrollTop: number; scrollHeight: number; clientHeight: number }

/** Where the handle stands beside a list, and the position of the first entry on the screen. */
export function placeOnTrack({ scrollTop, scrollHeight, clientHeight }: Scrolled, total: number) {
  const share = Math.min(1, Math.max(0, scrollTop / Math.max(1, scrollHeight - clientHeight)))
  const position = Math.min(total - 1, Math.floor((scrollTop / Math.max(1, scrollHeight)) * total))
  return { top: share * (clientHeight - HANDLE_PX), position: Math.max(0, position) }
}

/** How far down a list a handle stands that is held at `y`. */
export function shareOfTrack(y: number, { top, height }: { top: number; height: number }): number {
  return Math.min(1, Math.max(0, (y - top - HANDLE_PX / 2) / Math.max(1, height - HANDLE_PX)))
}

/** The mark that a position stands under; null before they are known. */
export function markAt(marks: readonly ListMark[], position: number): string | null {
  return marks.findLast(({ at }) => at <= position)?.text ?? null
}
