'use client'

import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { callApi } from '../../lib/call-api.ts'
import type { ClusterView } from './cluster-view.ts'

const LIVE_URL = '/api/admin/capacity/live'
const CAPACITY_URL = '/api/admin/capacity'
const STALE_MS = 15_000
const ASK_EVERY_MS = 5000

export interface LiveCluster {
  view: ClusterView | null
  /** Seconds since the last news. */
  age: number
  isStale: boolean
  error: Error | null
}

/** The state of the cluster, kept up to date by a stream of events; when there is no stream, by asking. */
export function useLiveCluster(): LiveCluster {
  const [news, setNews] = useState<{ view: ClusterView; at: number } | null>(null)
  const [isCut, setCut] = useState(false)
  useEffect(() => {
    const source = new EventSource(LIVE_URL)
    source.onmessage = (event: MessageEvent<string>) => {
      setCut(false)
      // The server builds each event from the same type.
      setNews({ view: JSON.parse(event.data) as ClusterView, at: Date.now() })
    }
    // A stream that the server ended comes back by itself, one that it refused does not.
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) setCut(true)
    }
    return () => source.close()
  }, [])
  const asked = useQuery({
    queryKey: ['admin', 'capacity'],
    queryFn: () => callApi<ClusterView>(CAPACITY_URL),
    enabled: isCut,
    refetchInterval: ASK_EVERY_MS,
  })
  const shown = isCut && asked.data !== undefined ? { view: asked.data, at: asked.dataUpdatedAt } : news
  const now = useNow()
  const age = shown === null ? 0 : Math.max(0, now - shown.at)
  return {
    view: shown?.view ?? null,
    age: Math.round(age / 1000),
    isStale: age >= STALE_MS,
    error: isCut ? asked.error : null,
  }
}

function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}
