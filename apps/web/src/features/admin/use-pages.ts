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

/** The pages of a table that were asked for so far. */
export interface Pages<Item> {
  state: 'loading' | 'loaded' | 'failed'
  items: Item[]
  /** Of the whole filter, where the table tells. */
  total: number | undefined
  /** Null at the end. */
  more: (() => void) | null
  retry: () => void
}

/** A table page by page. `filter`: what the address says besides the cursor. */
export function usePages<Item>(path: string, filter: Record<string, string | undefined>): Pages<Item> {
  const query = queryText(filter)
  const { data, hasNextPage, fetchNextPage, isError, refetch } = useInfiniteQuery({
    queryKey: ['admin', path, query],
    queryFn: ({ pageParam }) =>
      callApi<Page<Item>>(`${path}?${query}${pageParam === '' ? '' : `&cursor=${pageParam}`}`),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })
  return {
    state: stateOf(data !== undefined, isError),
    items: data?.pages.flatMap((page) => page.items) ?? [],
    total: data?.pages[0]?.total,
    more: hasNextPage ? () => void fetchNextPage() : null,
    retry: () => void refetch(),
  }
}

/** A table that comes whole: as one page of the rows that fit. */
export function pagesOf<Item>(asked: Question, shown: Item[]): Pages<Item> {
  const { isSuccess, isError, refetch } = asked
  return {
    state: stateOf(isSuccess, isError),
    items: shown,
    total: shown.length,
    more: null,
    retry: () => void refetch(),
  }
}

interface Question {
  isSuccess: boolean
  isError: boolean
  refetch: () => unknown
}

/** Rows that are here stay while others are asked for in vain. */
function stateOf(isHere: boolean, isError: boolean): Pages<unknown>['state'] {
  if (isHere) return 'loaded'
  return isError ? 'failed' : 'loading'
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
