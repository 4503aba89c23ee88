'use client'

import { useCallback, useSyncExternalStore } from 'react'

/** Whether a media query holds now. The server answers no. */
function useMediaQuery(query: string): boolean {
  const subscribe = useCallback(
    (changed: () => void) => {
      const list = window.matchMedia(query)
      list.addEventListener('change', changed)
      return () => list.removeEventListener('change', changed)
    },
    [query],
  )
  return useSyncExternalStore(
    subscribe,
    () => window.matchMedia(query).matches,
    () => false,
  )
}

export const usePhone = () => useMediaQuery('(width <= 720px)')
export const useCoarsePointer = () => useMediaQuery('(pointer: coarse)')
