'use client'

import { useQuery } from '@tanstack/react-query'
import type { Me } from '../../features/auth/schema.ts'
import { callApi } from '../../lib/call-api.ts'

export const ME_KEY = ['me'] as const

const query = { queryKey: ME_KEY, queryFn: () => callApi<Me>('/api/me'), staleTime: 30_000 }

/** Who is signed in and how much space is used, kept up to date. */
export function useMe(signedIn: Me): Me {
  const { data } = useQuery({ ...query, initialData: signedIn })
  return data
}

/** Bytes of the person's space that unfinished uploads hold; looked at while it is `asked` for. */
export function useHeldBytes(asked: boolean): number {
  const { data } = useQuery({ ...query, enabled: asked })
  return data?.quota.reservedBytes ?? 0
}
