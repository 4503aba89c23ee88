'use client'

import { useQueryClient } from '@tanstack/react-query'
import { usePhone } from '../../components/use-media-query.ts'
import type { Me } from '../../features/auth/schema.ts'
import type { EntryDoors } from '../../features/drive/entry-doors.tsx'
import { useKeeping, useKeptFiles } from '../../features/kept/use-kept.ts'
import { ME_KEY } from './use-me.ts'

/** On phones a file can be kept for times without a network. */
export function useKeepDoor(): EntryDoors['keep'] {
  const phone = usePhone()
  const personId = useQueryClient().getQueryData<Me>(ME_KEY)?.id ?? ''
  const { data } = useKeptFiles(personId, phone)
  const { keep, remove } = useKeeping(personId)
  return phone ? { isKept: (id) => data?.some((file) => file.id === id) === true, keep, remove } : undefined
}
