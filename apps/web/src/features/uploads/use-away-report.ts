'use client'

import { useTranslations } from 'next-intl'
import { useEffect, useRef } from 'react'
import { useToast } from '../../components/toast.tsx'
import { type Finished, finishedBetween } from './finished-away.ts'
import type { UploadSummary } from './upload-summary.ts'
import { runningCount } from './upload-view.ts'

/** Tells who comes back to the page what ended while it was not seen. */
export function useAwayReport(queue: UploadSummary): void {
  const t = useTranslations('uploads')
  const toast = useToast()
  const now = useRef(queue)
  now.current = queue
  useEffect(() => {
    const tell = ({ done, instant, failed }: Finished) => {
      const list = [
        ...(done > 0 ? [t('awayDone', { n: done })] : []),
        ...(instant > 0 ? [t('awayInstant', { n: instant })] : []),
        ...(failed > 0 ? [t('awayFailed', { n: failed })] : []),
      ].join(' · ')
      toast({ text: t('awayFinished', { list }), problem: failed > 0 })
    }
    let left: UploadSummary | null = null
    const look = () => {
      if (document.visibilityState === 'hidden') left = runningCount(now.current) > 0 ? now.current : null
      else {
        const finished = left === null ? null : finishedBetween(left, now.current)
        left = null
        if (finished !== null) tell(finished)
      }
    }
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [t, toast])
}
