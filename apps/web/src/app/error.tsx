'use client'

import { useTranslations } from 'next-intl'
import { Void } from '../components/void.tsx'

/** A page that could not be made: the server or the page itself failed. */
export default function FailedPage({ reset }: { reset: () => void }) {
  const t = useTranslations('shell')
  const common = useTranslations('common')
  return (
    <main className="flex min-h-dvh flex-col">
      <title>{`${t('failedTitle')} · ${t('title')}`}</title>
      <Void alert drawing="toppled" title={t('failedTitle')} sentence={t('failed')}>
        {/* Written out: this page is part of every other one, and what it takes from the components comes twice. */}
        <button
          type="button"
          onClick={reset}
          className="inline-flex h-[30px] shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-tile bg-raised px-2.5 font-medium text-13 text-ink inset-ring inset-ring-line-2 transition-colors duration-[90ms] hover:bg-hover active:bg-press coarse:h-11"
        >
          <svg
            width="16"
            height="16"
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.75"
            strokeLinecap="round"
            strokeLinejoin="round"
            aria-hidden="true"
          >
            <path d="M21 12a9 9 0 1 1-9-9c2.52 0 4.93 1 6.74 2.74L21 8" />
            <path d="M21 3v5h-5" />
          </svg>
          {common('tryAgain')}
        </button>
      </Void>
    </main>
  )
}
