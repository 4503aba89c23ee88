'use client'

import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'

const SPOKEN_MS = 2_000
const AnnounceContext = createContext<(text: string) => void>(() => undefined)

/** Says something to screen readers when they are idle: selections, milestones, ends. */
export const useAnnounce = () => useContext(AnnounceContext)

export function LiveRegionProvider({ children }: { children: ReactNode }) {
  const [text, setText] = useState('')
  // Taken away after it was read: what is said again later must be a change.
  useEffect(() => {
    if (text === '') return
    const timer = setTimeout(() => setText(''), SPOKEN_MS)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <AnnounceContext value={setText}>
      {children}
      <div role="status" aria-live="polite" className="sr-only">
        {text}
      </div>
    </AnnounceContext>
  )
}
