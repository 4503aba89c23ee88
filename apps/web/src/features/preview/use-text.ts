'use client'

import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { PreviewSources } from '../../lib/preview-sources.ts'
import { fetchRange } from './file-bytes.ts'
import { decodeText, detectEncoding, type Encoding } from './text-encoding.ts'

const PART_BYTES = 2 * 1024 * 1024

/** The text of a file, its first 2 MiB and more when asked for, in the encoding that it seems to have or is told. */
export function useText({ item, url }: PreviewSources) {
  const [chosen, setChosen] = useState<Encoding | null>(null)
  const query = useInfiniteQuery({
    queryKey: ['text', item.id, item.modifiedAt],
    enabled: url !== null,
    queryFn: ({ pageParam, signal }) => fetchRange(url ?? '', pageParam, PART_BYTES, signal),
    initialPageParam: 0,
    getNextPageParam: (_last, pages) => (pages.length * PART_BYTES < item.size ? pages.length * PART_BYTES : undefined),
    staleTime: Number.POSITIVE_INFINITY,
    // Megabytes that nobody looks at any more.
    gcTime: 60_000,
    retry: 1,
  })
  const { data, hasNextPage } = query
  const bytes = useMemo(() => (data === undefined ? null : joined(data.pages)), [data])
  const detected = useMemo(() => (bytes === null ? null : detectEncoding(bytes)), [bytes])
  const encoding = chosen ?? detected
  const text = useMemo(
    () => (bytes === null || encoding === null ? null : decodeText(bytes, encoding, !hasNextPage)),
    [bytes, encoding, hasNextPage],
  )
  return {
    text,
    encoding,
    setEncoding: setChosen,
    error: query.error,
    more: hasNextPage ? () => void query.fetchNextPage() : null,
    loadingMore: query.isFetchingNextPage,
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
