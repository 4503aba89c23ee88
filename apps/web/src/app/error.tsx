'use client'

import { RotateCw } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Button } from '../components/button.tsx'
import { Icon } from '../components/icon.tsx'
import { Void } from '../components/void.tsx'

/** A page that could not be made: the server or the page itself failed. */
export default function FailedPage({ reset }: { reset: () => void }) {
  const t = useTranslations('shell')
  const common = useTranslations('common')
  return (
    <main className="flex min-h-dvh flex-col">
      <Void alert drawing="toppled" title={t('failedTitle')} sentence={t('failed')}>
        <Button size="sm" onClick={reset}>
          <Icon of={RotateCw} size="small" />
          {common('tryAgain')}
        </Button>
      </Void>
    </main>
  )
}
