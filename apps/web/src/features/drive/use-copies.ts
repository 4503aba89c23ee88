'use client'

import { useQueries } from '@tanstack/react-query'
import { Batcher } from '../../lib/batcher.ts'
import { copiesOf } from './api-client.ts'

const GATHER_MS = 40
const BATCH_MAX = 100
const COMPLETE_FRESH_MS = 300_000
const AGAIN_MS = 4_000

export type CopyCount = { have: number; want: number }

const batcher = new Batcher<string, CopyCount | null>({
  max: BATCH_MAX,
  waitMs: GATHER_MS,
  send: async (ids) => {
    const answer = await copiesOf(ids)
    return ids.map((id) => {
      const copies = answer[id]
      return copies === undefined || copies.have === null ? null : { have: copies.have, want: copies.want }
    })
  },
})

/** Null: the storages are being asked for the first time, and one that hangs makes it take seconds. */
export type KnownCopies = CopyCount | null | undefined

/** How many copies of the given files exist now; asked for what is on the screen, again while some are missing. */
export function useCopies(fileIds: readonly string[]): ReadonlyMap<string, KnownCopies> {
  return useQueries({
    queries: fileIds.map((id) => ({
      queryKey: ['copies', id],
      queryFn: () => batcher.add(id),
      staleTime: (query: { state: { data?: CopyCount | null | undefined } }) =>
        isComplete(query.state.data) ? COMPLETE_FRESH_MS : AGAIN_MS,
      refetchInterval: (query: { state: { data?: CopyCount | null | undefined } }) =>
        isComplete(query.state.data) ? false : AGAIN_MS,
      refetchOnWindowFocus: false,
      retry: false,
    })),
    combine: (results) => {
      const copies = new Map<string, KnownCopies>()
      results.forEach(({ data, isLoading }, index) => {
        const id = fileIds[index]
        if (id === undefined) return
        if (data != null) copies.set(id, data)
        else if (isLoading) copies.set(id, null)
      })
      return copies
    },
  })
}

function isComplete(copies: CopyCount | null | undefined): boolean {
  return copies != null && copies.have >= copies.want
}
