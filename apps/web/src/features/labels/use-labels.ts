'use client'

import { useQuery } from '@tanstack/react-query'
import { LABELS_KEY } from '../../lib/entries/labels-key.ts'
import { readLabels } from './api-client.ts'
import type { Labels } from './schema.ts'

const FRESH_MS = 15_000

/** Counts of categories, and the tags; undefined until they are there. */
export function useLabels(): Labels | undefined {
  return useAskedLabels().data
}

export function useAskedLabels() {
  return useQuery({
    queryKey: LABELS_KEY,
    queryFn: readLabels,
    staleTime: FRESH_MS,
    networkMode: 'offlineFirst',
  })
}
