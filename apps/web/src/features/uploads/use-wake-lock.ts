'use client'

import { useEffect } from 'react'

/** Keeps the screen on while something is sent: a phone that sleeps stops sending. Plain http has no such lock. */
export function useWakeLock(wanted: boolean): void {
  useEffect(() => {
    if (!(wanted && 'wakeLock' in navigator)) return
    const released = new AbortController()
    let lock: WakeLockSentinel | null = null
    const ask = async () => {
      // The browser takes the lock away from a page that is not seen.
      if (document.visibilityState !== 'visible' || (lock !== null && !lock.released)) return
      lock = await navigator.wakeLock.request('screen').catch(() => null)
      if (released.signal.aborted) await lock?.release()
    }
    void ask()
    document.addEventListener('visibilitychange', () => void ask(), { signal: released.signal })
    return () => {
      released.abort()
      void lock?.release()
    }
  }, [wanted])
}
