'use client'

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { callApi } from '../../lib/call-api.ts'

const TYPING_MS = 250

interface Page<Item> {
  items: Item[]
  next: string | null
  total?: number
}

/** The pages of a table that were asked for so far. `filter`: what the address says besides the cursor. */
export function usePages<Item>(path: string, filter: Record<string, string | undefined>) {
  const query = queryText(filter)
  const { data, hasNextPage, fetchNextPage, error } = useInfiniteQuery({
    queryKey: ['admin', path, query],
    queryFn: ({ pageParam }) =>
      callApi<Page<Item>>(`${path}?${query}${pageParam === '' ? '' : `&cursor=${pageParam}`}`),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })
  return {
    items: data?.pages.flatMap((page) => page.items) ?? [],
    total: data?.pages[0]?.total,
    isLoaded: data !== undefined,
    more: hasNextPage ? () => void fetchNextPage() : null,
    error,
  }
}

/** What was set of a filter, for an address. */
export function queryText(filter: Record<string, string | undefined>): string {
  const set = Object.entries(filter).filter((entry): entry is [string, string] => (entry[1] ?? '') !== '')
  return new URLSearchParams(set).toString()
}

/** A text that follows what is typed after a short rest. */
export function useRested(text: string): string {
  const [rested, setRested] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), TYPING_MS)
    return () => clearTimeout(timer)
  }, [text])
  return rested
}
