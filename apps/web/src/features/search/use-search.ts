'use client'

import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { recentEntries, searchEntries } from './api-client.ts'
import type { PaletteFinding, PaletteFound } from './palette-items.ts'
import type { Hit } from './schema.ts'

const PAUSE_MS = 60
const FRESH_MS = 10_000

export type SearchState = {
  hits: readonly Hit[]
  found: number
  more: boolean
  /** How long the answer took. */
  ms: number | null
  /** What the hits answer; older than what is typed while the next answer is on its way. */
  answered: string | null
  failed: boolean
  loadMore: () => void
}

/** Answers while typing; the old list stays until the new one is there. */
export function useSearch(typed: string, folderId: string): SearchState {
  const text = useSettled(typed.trim(), PAUSE_MS)
  const query = useInfiniteQuery({
    queryKey: ['search', text, folderId],
    enabled: text !== '',
    queryFn: async ({ pageParam, signal }) => {
      const started = performance.now()
      const page = await searchEntries(text, folderId, pageParam, signal)
      return { ...page, text, ms: Math.round(performance.now() - started) }
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
    retry: false,
  })
  const pages = text === '' ? [] : (query.data?.pages ?? [])
  const first = pages[0]
  // Later pages look further than the first one.
  const last = pages.at(-1)
  return {
    hits: pages.flatMap(({ items }) => items),
    found: last?.found ?? 0,
    more: last?.more ?? false,
    ms: first?.ms ?? null,
    answered: first?.text ?? null,
    failed: text !== '' && query.error !== null,
    loadMore: () => {
      if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage()
    },
  }
}

export type OthersState = { found: readonly PaletteFound[]; count: number; answered: boolean }

/** What the page finds besides files. */
export function useOthers(typed: string, finding: PaletteFinding | null): OthersState {
  const text = useSettled(typed, PAUSE_MS)
  const wanted = finding !== null && text !== ''
  const { data, isFetching } = useQuery({
    queryKey: ['search', 'others', text],
    enabled: wanted,
    queryFn: ({ signal }) => (finding === null ? [] : finding(text, signal)),
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
    // Commands among it run on the page that asked.
    gcTime: 0,
    retry: false,
  })
  const found = wanted && typed !== '' ? (data ?? []) : []
  return {
    found,
    count: found.reduce((sum, { commands }) => sum + commands.length, 0),
    answered: finding === null || (text === typed && !isFetching),
  }
}

/** What is shown before anything is typed. */
export function useRecentHits(wanted: boolean): readonly Hit[] {
  const { data } = useQuery({
    queryKey: ['search', 'recent'],
    queryFn: ({ signal }) => recentEntries(signal),
    enabled: wanted,
    staleTime: FRESH_MS,
  })
  return wanted ? (data ?? []).slice(0, 6).map((item) => ({ ...item, ranges: [] })) : []
}

/** A value once it has not changed for a while; the first one at once. */
function useSettled(value: string, ms: number): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}
