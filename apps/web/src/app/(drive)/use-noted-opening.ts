'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { EntryDoors } from '../../features/drive/entry-doors.tsx'
import { noteOpened } from '../../features/labels/api-client.ts'

type Open = NonNullable<EntryDoors['preview']>

/** Opens a preview and remembers it for Recent. What could not be remembered keeps nobody from looking. */
export function useNotedOpening(open: Open): Open {
  const client = useQueryClient()
  const { mutate } = useMutation({
    mutationFn: noteOpened,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['entries', '~recent'] })
      void client.invalidateQueries({ queryKey: ['search', 'recent'] })
    },
  })
  return (entry, among) => {
    if (entry.kind === 'file') mutate(entry.id)
    open(entry, among)
  }
}
