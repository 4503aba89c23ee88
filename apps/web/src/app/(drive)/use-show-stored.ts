'use client'

import { useToast } from '../../components/toast.tsx'
import { ROOT_ID } from '../../features/drive/api-client.ts'
import { useDrive } from '../../features/drive/drive-context.tsx'
import { useChangeText } from '../../features/drive/use-change-text.ts'
import { callApi } from '../../lib/call-api.ts'
import type { EntryDetails } from '../../lib/entry-details.ts'

/** Leads to an entry in its folder, wherever that lies by now. */
export function useShowStored(): (entryId: string) => void {
  const drive = useDrive()
  const toast = useToast()
  const { refusal } = useChangeText()
  const show = async (entryId: string) => {
    try {
      const { where } = await callApi<EntryDetails>(`/api/drive/entries/${encodeURIComponent(entryId)}/details`)
      drive.openAt(where.at(-1)?.id ?? ROOT_ID, entryId)
    } catch (error) {
      toast({ text: refusal(error), problem: true })
    }
  }
  return (entryId) => void show(entryId)
}
