'use client'

import { useEffect, useRef } from 'react'

declare global {
  // TypeScript does not know it yet, and neither do Firefox and Safari.
  var CloseWatcher: (new () => EventTarget & { destroy: () => void }) | undefined
}

/** While `active`, the back gesture of a phone ends this and does not leave the page, where the browser can tell. */
export function useBackEnds(active: boolean, end: () => void): void {
  const latest = useRef(end)
  latest.current = end
  useEffect(() => {
    if (!active || globalThis.CloseWatcher === undefined) return
    const watcher = new globalThis.CloseWatcher()
    watcher.addEventListener('close', () => latest.current())
    return () => watcher.destroy()
  }, [active])
}
