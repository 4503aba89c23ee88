'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { keptKey } from '../../features/kept/use-kept.ts'
import { ApiFailure, Unreachable } from '../../lib/call-api.ts'
import { canKeep, forgetKept, listKept } from '../../lib/kept-file.ts'

const BETWEEN_MS = 60_000

/** Kept files are those of the drive as it is now: looked at when the drive opens, and when somebody comes back to it. */
export function KeptArea({ personId }: { personId: string }) {
  const client = useQueryClient()
  useEffect(() => {
    if (!canKeep()) return
    let lookedAt = Number.NEGATIVE_INFINITY
    const look = async () => {
      if (document.hidden || !navigator.onLine || performance.now() - lookedAt < BETWEEN_MS) return
      lookedAt = performance.now()
      await forgetKept(personId)
      if ((await listKept(personId)).length === 0) return
      const { refreshKept } = await import('../../features/kept/keeper.ts')
      await refreshKept(personId)
      await client.invalidateQueries({ queryKey: keptKey(personId) })
    }
    const tryLook = () =>
      void look().catch((error: unknown) => {
        // Without an answer everything stays as it is, and the next look finds it.
        if (!(error instanceof ApiFailure || error instanceof Unreachable)) throw error
      })
    tryLook()
    const ended = new AbortController()
    document.addEventListener('visibilitychange', tryLook, { signal: ended.signal })
    window.addEventListener('online', tryLook, { signal: ended.signal })
    return () => ended.abort()
  }, [client, personId])
  return null
}
