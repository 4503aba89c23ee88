'use client'

import { type QueryClient, useQuery } from '@tanstack/react-query'
import { callApi } from '../../lib/call-api.ts'
import type { PreviewSources } from '../../lib/preview-sources.ts'
import { usePreviewAddress } from './preview-address.ts'
import { isShownImage } from './preview-kind.ts'

const FRESH_MS = 600_000
const PENDING_AGAIN_MS = 2_000
/** Above this, a picture is shown as its large thumbnail until somebody zooms in. */
const ORIGINAL_BYTES_MAX = 8_000_000

const queryOf = (address: string) => ({
  queryKey: ['preview', address],
  queryFn: ({ signal }: { signal: AbortSignal }) => callApi<PreviewSources>(address, { signal }),
  staleTime: FRESH_MS,
})

/** Where a file's bytes and pictures are; asked again while its pictures are being made. */
export function usePreviewSources(id: string) {
  const addressOf = usePreviewAddress()
  return useQuery({
    ...queryOf(addressOf(id)),
    refetchInterval: ({ state }) => (state.data?.pictures.pending === true ? PENDING_AGAIN_MS : false),
  })
}

/** The address of what to show of a picture first; null when there is nothing yet. */
export function pictureUrl({ item, url, pictures }: PreviewSources): string | null {
  if (!isShownImage(item.contentType)) return pictures.large ?? pictures.small
  return item.size > ORIGINAL_BYTES_MAX ? (pictures.large ?? url) : url
}

/** Fetches what the next step will show. */
export async function prefetchPreview(client: QueryClient, address: string): Promise<void> {
  await client.prefetchQuery(queryOf(address))
  const sources = client.getQueryData<PreviewSources>(queryOf(address).queryKey)
  const url = sources?.item.category === 'image' ? pictureUrl(sources) : null
  if (url != null) new Image().src = url
}
