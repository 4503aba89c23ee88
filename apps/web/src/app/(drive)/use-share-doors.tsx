'use client'

import { useQueryClient } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useToast } from '../../components/toast.tsx'
import type { Chosen } from '../../features/drive/chosen.ts'
import type { EntryDoors } from '../../features/drive/entry-doors.tsx'
import { useChangeText } from '../../features/drive/use-change-text.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { ApiFailure, callApi } from '../../lib/call-api.ts'
import { downloadInFrame } from '../../lib/download-in-frame.ts'
import type { EntryItem } from '../../lib/entries/entry-item.ts'

const ShareDialog = dynamic(
  () => import('../../features/shares/share-dialog.tsx').then((module) => module.ShareDialog),
  { ssr: false },
)

/** Links and ZIPs for entries of the drive: the doors, and the dialog to stand beside the page. */
export function useShareDoors() {
  const [entries, setEntries] = useState<readonly EntryItem[] | null>(null)
  const zip = useZip()
  const doors: Pick<EntryDoors, 'share' | 'zip'> = { share: setEntries, zip }
  const client = useQueryClient()
  const close = () => {
    setEntries(null)
    // A link that was made, or ended, marks its entries.
    void client.invalidateQueries({ queryKey: ['entries'] })
  }
  const dialog = entries === null ? null : <ShareDialog subject={{ entries }} onClose={close} />
  return { doors, dialog }
}

function useZip(): (chosen: Chosen) => void {
  const t = useTranslations('visitor')
  const toast = useToast()
  const format = useFormat()
  const { refusal } = useChangeText()
  const sentence = (error: unknown): string => {
    if (!(error instanceof ApiFailure)) return refusal(error)
    const { code, detail } = error
    if (code === 'too_large') return t('tooMany')
    if (code !== 'too_many_attempts') return refusal(error)
    return t('zipsOfDay', { t: format.duration(Number(detail['retryAfterSeconds'])) })
  }
  const start = async ({ selector }: Chosen) => {
    try {
      downloadInFrame((await callApi<{ url: string }>('/api/zip', { method: 'POST', body: selector })).url)
    } catch (error) {
      toast({ text: sentence(error), problem: true })
    }
  }
  return (chosen) => void start(chosen)
}
