'use client'

import { createContext, type ReactNode, useCallback, useContext, useState } from 'react'

const AnnounceContext = createContext<(text: string) => void>(() => undefined)

/** Says something to screen readers when they are idle: selections, milestones, ends. */
export const useAnnounce = () => useContext(AnnounceContext)

export function LiveRegionProvider({ children }: { children: ReactNode }) {
  const [text, setText] = useState('')
  // The same sentence twice is only announced again when the text differs.
  const announce = useCallback(
    (next: string) => setText((previous) => (previous === next ? `${next}\u00a0` : next)),
    [],
  )
  return (
    <AnnounceContext value={announce}>
      {children}
      <div role="status" aria-live="polite" className="sr-only">
        {text}
      </div>
    </AnnounceContext>
  )
}
