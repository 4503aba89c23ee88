'use client'

import { useEffect } from 'react'

/** Keeps a page for times without a network. Browsers allow it with https and on localhost only. */
export function OfflinePage() {
  useEffect(() => {
    if (!('serviceWorker' in navigator)) return
    // Without it everything works but that one page: nothing to tell a person.
    navigator.serviceWorker.register('/sw.js').catch((error: unknown) => reportError(error))
  }, [])
  return null
}
