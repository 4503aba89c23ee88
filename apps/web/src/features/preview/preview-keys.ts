import type { KeyboardEvent } from 'react'
import type { ZoomHandle } from './image-stage.tsx'

type Parts = {
  zoom: ZoomHandle | null
  content: HTMLElement | null
  step: (to: 1 | -1) => void
  close: () => void
  /** Missing for what cannot be changed. */
  edit: (() => void) | undefined
  /** Missing where nothing more is told. */
  details: (() => void) | undefined
}

const LINE_PX = 60
const PAGE_SHARE = 0.9

/** Does what a key means while a file is shown; false when it means nothing. Players and fields keep their keys. */
export function handlePreviewKey(event: KeyboardEvent, { zoom, content, step, close, edit, details }: Parts): boolean {
  const { key, target, ctrlKey, metaKey, altKey } = event
  if (ctrlKey || metaKey || altKey || isIn(target, 'select, input, textarea, video, audio')) return false
  // Space presses a button that has the focus.
  if (key === ' ' && isIn(target, 'button, a')) return false
  const keys = new Map<string, () => void>([
    ['ArrowLeft', () => step(-1)],
    ['ArrowRight', () => step(1)],
    ['+', () => zoom?.by(1)],
    ['=', () => zoom?.by(1)],
    ['-', () => zoom?.by(-1)],
    ['0', () => zoom?.fit()],
    ['f', () => void toggleFullscreen(content)],
    [' ', () => playOr(content, close)],
    ...(edit === undefined ? [] : ([['e', edit]] as const)),
    ...(details === undefined ? [] : ([['i', details]] as const)),
    ...readingKeys(content, target),
  ])
  const act = keys.get(key.length === 1 ? key.toLowerCase() : key)
  act?.()
  return act !== undefined
}

function isIn(target: EventTarget, selector: string): boolean {
  return target instanceof HTMLElement && target.closest(selector) !== null
}

/** A reading page scrolls also while something beside it has the focus. */
function readingKeys(content: HTMLElement | null, target: EventTarget): [string, () => void][] {
  const page = content?.querySelector<HTMLElement>('[data-reading]')
  if (page == null || (target instanceof Node && page.contains(target))) return []
  const by = (top: number) => () => page.scrollBy({ top })
  const height = page.clientHeight * PAGE_SHARE
  return [
    ['PageDown', by(height)],
    ['PageUp', by(-height)],
    ['ArrowDown', by(LINE_PX)],
    ['ArrowUp', by(-LINE_PX)],
  ]
}

function playOr(content: HTMLElement | null, close: () => void): void {
  const media = content?.querySelector<HTMLMediaElement>('video, audio')
  if (media == null) close()
  else if (media.paused) void media.play()
  else media.pause()
}

async function toggleFullscreen(element: HTMLElement | null): Promise<void> {
  if (document.fullscreenElement !== null) await document.exitFullscreen()
  else await element?.requestFullscreen?.()
}
