'use client'

import { type RefObject, useLayoutEffect, useRef } from 'react'
import { useHydrated } from './use-hydrated.ts'

/**
 * The ref of a field whose value is state. What was typed or chosen before the page came to life stands in the field
 * and React tells nobody; this does.
 */
export function useEarlyValue<Field extends { value: string }>(
  value: string,
  onEarly: (value: string) => void,
): RefObject<Field | null> {
  const field = useRef<Field>(null)
  const renderedByServer = useRef(!useHydrated())
  const found = useRef({ value, onEarly })
  useLayoutEffect(() => {
    const early = field.current?.value
    if (renderedByServer.current && early !== undefined && early !== found.current.value) found.current.onEarly(early)
  }, [])
  return field
}
