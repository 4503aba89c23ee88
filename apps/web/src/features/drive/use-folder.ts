'use client'

import { type InfiniteData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { ApiFailure, Unreachable } from '../../lib/call-api.ts'
import { type ListOrder, listEntries, type PageAt } from './api-client.ts'
import { loadedFrom, loadedItems } from './entry-cache.ts'
import { entriesKey } from './folder-cache.ts'
import { placeOfId } from './place.ts'
import type { EntryItem, EntryPage, FolderInfo } from './schema.ts'
import { isSorted } from './sort-order.ts'

const KEPT_PAGES = 3
const FRESH_MS = 10_000

export type FolderState = {
  status: 'loading' | 'ready' | 'not-found' | 'failed'
  /** Why it failed. */
  failure: 'slow' | 'offline' | 'server'
  folder: FolderInfo | null
  items: readonly EntryItem[]
  /** The position of the first of them in the folder. */
  start: number
  total: number
  totalBytes: number
  /** Trash only: for how long things stay. */
  trashDays: number | null
  /** Loads the next page unless it is on its way or there is none. */
  loadMore: () => void
  /** There are pages behind the last that is loaded. */
  hasMore: boolean
  /** Of a search: the last page is loaded, and what fits goes on beyond it. */
  isCut: boolean
  /** The same for the page before the first that is loaded. */
  loadBefore: () => void
  /** Loads the page with a position or an entry in place of what is loaded; null where pages only follow each other. */
  jumpTo: ((page: JumpTarget) => Promise<EntryPage>) | null
  tryAgain: () => void
}

type JumpTarget = Exclude<PageAt, string | null>

type FolderOptions = { folderId: string; order: ListOrder; initial: EntryPage | null; wanted: boolean }

/** A folder page by page. A folder that was open before shows its old list at once and is asked for again meanwhile. */
export function useFolder({ folderId, order, initial, wanted }: FolderOptions): FolderState {
  const client = useQueryClient()
  const key = entriesKey(folderId, order)
  const query = useInfiniteQuery({
    queryKey: key,
    enabled: wanted,
    queryFn: ({ pageParam, signal }) => listEntries(folderId, order, pageParam, signal),
    initialPageParam: null as PageAt,
    getNextPageParam: (page): PageAt => page.nextCursor,
    getPreviousPageParam: ({ start = 0 }): PageAt => (start > 0 ? { at: start - 1 } : null),
    ...(initial === null ? {} : { initialData: { pages: [initial], pageParams: [null] } }),
    ...(placeOfId(folderId)?.kind === 'search' ? { placeholderData: keepPreviousSearch } : {}),
    staleTime: FRESH_MS,
    retry: (failures, error) => failures < 1 && !isFinal(error),
    retryDelay: 400,
    networkMode: 'offlineFirst',
  })
  // Coming back to a long folder must not ask for all the pages that were scrolled through.
  useEffect(() => {
    const [, id, sort, direction] = entriesKey(folderId, order)
    return () => {
      client.setQueryData<InfiniteData<EntryPage, PageAt>>(entriesKey(id, { sort, direction }), (loaded) =>
        loaded === undefined || loaded.pages.length <= KEPT_PAGES
          ? loaded
          : { pages: loaded.pages.slice(0, KEPT_PAGES), pageParams: loaded.pageParams.slice(0, KEPT_PAGES) },
      )
    }
  }, [client, folderId, order])

  const jump = useMutation({
    mutationFn: (page: JumpTarget) => listEntries(folderId, order, page),
    onMutate: () => client.cancelQueries({ queryKey: key }),
    onSuccess: (page, target) =>
      client.setQueryData<InfiniteData<EntryPage, PageAt>>(key, { pages: [page], pageParams: [target] }),
    scope: { id: 'jump' },
    retry: 1,
  })
  const { hasPreviousPage, isFetchingPreviousPage, fetchPreviousPage } = query
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = query
  const items = useMemo(() => (data === undefined ? [] : loadedItems(data)), [data])
  const first = data?.pages[0]
  // Without a network it is asked for once, and again by itself when there is one.
  const isWaiting = data === undefined && query.fetchStatus === 'paused'
  return {
    status: isWaiting ? 'failed' : statusOf(data !== undefined, error),
    failure: isWaiting ? 'offline' : failureOf(error),
    folder: first?.folder ?? null,
    items,
    start: data === undefined ? 0 : loadedFrom(data),
    total: data?.pages.at(-1)?.total ?? 0,
    totalBytes: data?.pages.at(-1)?.totalBytes ?? 0,
    trashDays: first?.trashDays ?? null,
    hasMore: hasNextPage,
    isCut: !hasNextPage && data?.pages.at(-1)?.isCut === true,
    loadMore: () => {
      if (hasNextPage && !isFetchingNextPage && !isFetchingPreviousPage) void fetchNextPage()
    },
    loadBefore: () => {
      if (hasPreviousPage && !isFetchingNextPage && !isFetchingPreviousPage) void fetchPreviousPage()
    },
    jumpTo: isSorted(placeOfId(folderId)) ? jump.mutateAsync : null,
    tryAgain: () => void refetch(),
  }
}

function isFinal(error: Error): boolean {
  return error instanceof ApiFailure && error.status < 500
}

function statusOf(loaded: boolean, error: Error | null): FolderState['status'] {
  // A folder that was deleted elsewhere is gone, even when its old list is still here.
  if (error instanceof ApiFailure && error.status === 404) return 'not-found'
  if (loaded) return 'ready'
  return error === null ? 'loading' : 'failed'
}

function failureOf(error: Error | null): FolderState['failure'] {
  if (!(error instanceof Unreachable)) return 'server'
  return error.timedOut ? 'slow' : 'offline'
}

/** While the next letter of a search is answered, what was found before stays. */
function keepPreviousSearch(
  before: InfiniteData<EntryPage, PageAt> | undefined,
  query: { queryKey: ReturnType<typeof entriesKey> } | undefined,
) {
  const isSearch = query !== undefined && placeOfId(query.queryKey[1])?.kind === 'search'
  return isSearch ? before : undefined
}
