'use client'

import { useTranslations } from 'next-intl'
import { useEffect, useRef } from 'react'
import { useAnnounce } from '../../components/live-region.tsx'
import { nameInSentence } from '../../components/split-name.ts'
import type { UploadSummary } from './upload-summary.ts'
import { useFailureText } from './upload-text.ts'
import { percentOfQueue, runningCount, uploadedCount } from './upload-view.ts'

/** Tells screen readers about start, quarters, end and failures; asks before a page is left that still sends, or will. */
export function UploadNews({ queue }: { queue: UploadSummary }) {
  const t = useTranslations('uploads')
  const announce = useAnnounce()
  const failureText = useFailureText()
  const before = useRef(queue)

  useEffect(() => {
    const last = before.current
    before.current = queue
    const failed = queue.lastFailed === last.lastFailed ? null : queue.lastFailed
    const instant = queue.lastInstant === last.lastInstant ? null : queue.lastInstant
    const running = runningCount(queue)
    if (failed !== null)
      announce(t('saidFailed', { name: nameInSentence(failed.name), reason: failureText(failed.error) }))
    else if (instant !== null) announce(t('saidInstant', { name: nameInSentence(instant.name) }))
    else if (runningCount(last) === 0 && running > 0) announce(t('saidStart', { n: running }))
    else if (runningCount(last) > 0 && running === 0) announce(t('saidEnd', { n: uploadedCount(queue) }))
    else if (running > 0 && quarterOf(queue) > quarterOf(last)) announce(t('said', { p: quarterOf(queue) * 25 }))
  }, [queue, announce, t, failureText])

  const { uploading, queued, waiting } = queue.counts
  const isSending = uploading + queued + waiting > 0
  useEffect(() => {
    if (!isSending) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [isSending])
  return null
}

function quarterOf(queue: UploadSummary): number {
  return Math.floor(percentOfQueue(queue) / 25)
}
