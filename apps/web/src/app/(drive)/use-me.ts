'use client'

import { useQuery } from '@tanstack/react-query'
import type { Me } from '../../features/auth/schema.ts'
import { callApi } from '../../lib/call-api.ts'

export const ME_KEY = ['me'] as const

/** Who is signed in and how much space is used, kept up to date. */
export function useMe(signedIn: Me): Me {
  const { data } = useQuery({
    queryKey: ME_KEY,
    queryFn: () => callApi<Me>('/api/me'),
    initialData: signedIn,
    staleTime: 30_000,
  })
  return data
}
