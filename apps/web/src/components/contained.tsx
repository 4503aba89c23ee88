'use client'

import { useTranslations } from 'next-intl'
import { Component, type ReactNode } from 'react'
import { Button } from './button.tsx'
import { Void } from './void.tsx'

type ContainedProps = {
  /** The page itself, and not something beside it. */
  page?: boolean
  children: ReactNode
}

/**
 * A part that cannot be shown does not take the others with it. Without a network, parts that were never needed cannot be
 * fetched; the uploads beside them must not end for that.
 */
export class Contained extends Component<ContainedProps, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true }
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children
    return this.props.page === true ? <FailedPage /> : <FailedPart />
  }
}

function FailedPage() {
  const t = useTranslations('shell')
  return (
    <main className="flex min-h-dvh flex-col">
      <Void alert drawing="toppled" title={t('failedTitle')} sentence={t('failedPage')}>
        <Reload />
      </Void>
    </main>
  )
}

function FailedPart() {
  const t = useTranslations('shell')
  return (
    <div
      role="alert"
      className="fixed inset-x-3 bottom-3 z-50 mx-auto flex max-w-[480px] items-center gap-3 rounded-card bg-raised py-2 pr-2 pl-4 text-13 shadow-3 forced-colors:border"
    >
      <span className="min-w-0 flex-1">{t('failedPart')}</span>
      <Reload />
    </div>
  )
}

/** What could not be fetched once is not asked for again before the page is loaded anew. */
function Reload() {
  const common = useTranslations('common')
  return (
    <Button size="sm" onClick={() => window.location.reload()}>
      {common('tryAgain')}
    </Button>
  )
}
