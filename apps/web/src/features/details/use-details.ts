'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { callApi } from '../../lib/call-api.ts'
import type { CopyDetail, EntryDetails, VerificationState } from '../../lib/entry-details.ts'
import { isOpen } from './verify-all.ts'

const FRESH_MS = 5_000
const COPIES_AGAIN_MS = 5_000
/** A member may go away while the panel is open. */
const COPIES_STILL_MS = 15_000
const PROGRESS_MS = 700

const pathOf = (id: string, what: string) => `/api/drive/entries/${encodeURIComponent(id)}/${what}`

/** Everything about one entry; `modifiedAt` and the name are of the list, so that a change there asks again. */
export function useDetails(id: string, version: string) {
  return useQuery({
    queryKey: ['details', id, version],
    queryFn: ({ signal }) => callApi<EntryDetails>(pathOf(id, 'details'), { signal }),
    staleTime: FRESH_MS,
    retry: false,
  })
}

/** Where the copies lie, asked from each member now, and sooner while one is missing. */
export function useCopyDetails(id: string) {
  return useQuery({
    queryKey: ['copy-details', id],
    queryFn: async ({ signal }) => (await callApi<{ copies: CopyDetail[] }>(pathOf(id, 'copies'), { signal })).copies,
    refetchInterval: ({ state }) =>
      state.data?.every((copy) => copy.state === 'whole') === true ? COPIES_STILL_MS : COPIES_AGAIN_MS,
    retry: false,
  })
}

export type Verifying = ReturnType<typeof useVerification>

/** The last check of a file, its progress while it runs, and how to start and end one. */
export function useVerification(id: string, known: VerificationState | null | undefined) {
  const client = useQueryClient()
  const key = ['verification', id]
  const call = async (method: 'GET' | 'POST') =>
    (await callApi<{ verification: VerificationState | null }>(pathOf(id, 'verify'), { method })).verification
  const { data } = useQuery({
    queryKey: key,
    queryFn: () => call('GET'),
    enabled: isOpen(client.getQueryData<VerificationState | null>(key) ?? known ?? null),
    ...(known === undefined ? {} : { initialData: known }),
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: ({ state }) => (isOpen(state.data ?? null) ? PROGRESS_MS : false),
    retry: false,
  })
  const start = useMutation({ mutationFn: () => call('POST'), onSuccess: (state) => client.setQueryData(key, state) })
  const stop = useMutation({
    mutationFn: () => callApi<undefined>(pathOf(id, 'verify'), { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  })
  const state = data ?? null
  return {
    state,
    running: isOpen(state),
    failed: start.isError,
    start: () => start.mutate(),
    stop: () => stop.mutate(),
  }
}
