import { intentOf, type TouchIntent } from './touch-intent.ts'

/** Where a finger came down. */
type TouchStart = { x: number; y: number; target: Element; atTop: boolean }

/** What the parts of the list do with a finger. `begin` answers whether this finger may do this here. */
export type TouchPart = {
  begin: (start: TouchStart) => boolean
  move: (at: { x: number; y: number }, start: TouchStart) => void
  end: () => void
}

type Parts = Record<Exclude<TouchIntent, 'none'>, TouchPart>
type Track = { start: TouchStart; may: Record<keyof Parts, boolean>; intent: TouchIntent | null }

/**
 * Follows one finger on the list until it is clear what it does, and gives it to that part. Everything else stays
 * scrolling. Native listeners: only those may keep the browser from scrolling. Returns what ends it.
 */
export function trackTouches(scroller: HTMLElement, parts: () => Parts): () => void {
  let track: Track | null = null

  const start = (event: TouchEvent) => {
    end()
    const touch = event.touches[0]
    if (touch === undefined || event.touches.length > 1 || !(event.target instanceof Element)) return
    const began = { x: touch.clientX, y: touch.clientY, target: event.target, atTop: scroller.scrollTop <= 0 }
    // Painting is asked when the finger moves: by then it may have pressed long.
    const may = { paint: false, swipe: parts().swipe.begin(began), pull: parts().pull.begin(began) }
    track = { start: began, may, intent: null }
  }
  const move = (event: TouchEvent) => {
    const touch = event.touches[0]
    if (track === null || touch === undefined) return
    track.intent ??= decide(track, touch)
    if (track.intent === null || track.intent === 'none') return
    if (event.cancelable) event.preventDefault()
    parts()[track.intent].move({ x: touch.clientX, y: touch.clientY }, track.start)
  }
  const decide = ({ start: began, may }: Track, touch: Touch): TouchIntent | null =>
    intentOf({
      dx: touch.clientX - began.x,
      dy: touch.clientY - began.y,
      paints: parts().paint.begin(began),
      swipes: may.swipe,
      atTop: may.pull,
    })
  const end = () => {
    const intent = track?.intent ?? 'none'
    track = null
    if (intent !== 'none') parts()[intent].end()
  }

  const listeners = [
    ['touchstart', start, { passive: true }],
    ['touchmove', move, { passive: false }],
    ['touchend', end, { passive: true }],
    ['touchcancel', end, { passive: true }],
  ] as const
  for (const [name, listener, options] of listeners) {
    scroller.addEventListener(name, listener as EventListener, options)
  }
  return () => {
    for (const [name, listener] of listeners) scroller.removeEventListener(name, listener as EventListener)
  }
}
