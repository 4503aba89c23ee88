'use client'

import { useQueries } from '@tanstack/react-query'
import { Batcher } from '../../lib/batcher.ts'
import { thumbnailsOf } from './api-client.ts'
import type { EntryItem } from './schema.ts'

const GATHER_MS = 40
const BATCH_MAX = 100
const FIRST_AGAIN_MS = 1_000
const LAST_AGAIN_MS = 15_000

type Thumbnail = { url: string | null; pending: boolean }

const batcher = new Batcher<string, Thumbnail | null>({
  max: BATCH_MAX,
  waitMs: GATHER_MS,
  send: async (ids) => {
    const answer = await thumbnailsOf(ids)
    return ids.map((id) => answer[id] ?? null)
  },
})

/**
 * Addresses of the thumbnails of what is on the screen. Listings bring those that are made; the others are asked for,
 * again and less often while they are being made.
 */
export function useThumbnails(items: readonly EntryItem[]): ReadonlyMap<string, string> {
  const pictured = items.filter(({ category }) => category === 'image' || category === 'video')
  const missing = pictured.filter(({ thumbnailUrl, size }) => thumbnailUrl === undefined && size > 0)
  return useQueries({
    queries: missing.map(({ id }) => ({
      queryKey: ['thumbnail', id],
      queryFn: () => batcher.add(id),
      staleTime: Number.POSITIVE_INFINITY,
      refetchInterval: ({ state }: { state: { data?: Thumbnail | null | undefined; dataUpdateCount: number } }) =>
        state.data?.pending === true ? Math.min(LAST_AGAIN_MS, FIRST_AGAIN_MS * 1.3 ** state.dataUpdateCount) : false,
      refetchOnWindowFocus: false,
      retry: false,
    })),
    combine: (results) => {
      const urls = new Map<string, string>()
      for (const { id, thumbnailUrl } of pictured) if (thumbnailUrl !== undefined) urls.set(id, thumbnailUrl)
      results.forEach(({ data }, index) => {
        const item = missing[index]
        if (item !== undefined && data?.url != null) urls.set(item.id, data.url)
      })
      return urls
    },
  })
}
