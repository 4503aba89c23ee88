'use client'

import { useSyncExternalStore } from 'react'

const never = () => () => undefined

/** False in what the server renders, true once the page answers to keys and clicks. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
}
