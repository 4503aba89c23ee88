'use client'

import { RotateCw } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { cn } from './class-names.ts'
import { Icon } from './icon.tsx'
import { Void } from './void.tsx'

const boxed = 'px-5 pb-4 phone:px-4'
const widths = ['62%', '48%', '70%', '40%', '55%', '66%'] as const

interface Question<Data> {
  data: Data | undefined
  isError: boolean
  refetch: () => unknown
}

type Small = 'boxed' | 'bare' | undefined

type AskedProps<Data> = {
  of: Question<Data>
  children: (data: Data) => ReactNode
  /** In a part of a page: fewer lines, and no drawing when it fails. In a box they stand in from its frame. */
  small?: Small
}

/** What the server was asked for: lines of grey until it comes, and a way to ask again when it does not. */
export function Asked<Data>({ of: { data, isError, refetch }, children, small }: AskedProps<Data>) {
  if (data !== undefined) return children(data)
  if (!isError) return <SkeletonLines small={small} />
  return small !== undefined ? <SmallFailure small={small} onRetry={refetch} /> : <LoadFailed onRetry={refetch} />
}

/** Rows that are not here yet; invisible for the first 150 ms. Nothing shimmers. */
export function SkeletonLines({ small }: { small?: Small }) {
  const t = useTranslations('common')
  return (
    <div
      role="status"
      aria-label={t('loading')}
      className={cn('animate-late', small === 'boxed' && boxed, small === undefined && 'px-6 phone:px-4')}
    >
      {widths.slice(0, small === undefined ? widths.length : 3).map((width) => (
        <div key={width} className="flex h-10 items-center gap-6">
          <span className="h-3 rounded-tag bg-skeleton" style={{ width }} />
          <span className="h-3 w-14 rounded-tag bg-skeleton" />
        </div>
      ))}
    </div>
  )
}

/** A whole page that did not load. */
export function LoadFailed({ onRetry }: { onRetry: () => unknown }) {
  const t = useTranslations('common')
  return (
    <Void alert drawing="toppled" title={t('loadFailedTitle')} sentence={t('loadFailed')}>
      <TryAgain onRetry={onRetry} />
    </Void>
  )
}

function SmallFailure({ small, onRetry }: { small: Small; onRetry: () => unknown }) {
  const t = useTranslations('common')
  return (
    <div
      role="alert"
      className={cn('flex flex-wrap items-center gap-3 text-13 text-ink-2', small === 'boxed' && boxed)}
    >
      {t('loadFailed')}
      <TryAgain onRetry={onRetry} />
    </div>
  )
}

function TryAgain({ onRetry }: { onRetry: () => unknown }) {
  const t = useTranslations('common')
  return (
    <Button size="sm" onClick={() => void onRetry()}>
      <Icon of={RotateCw} size="small" />
      {t('tryAgain')}
    </Button>
  )
}
