'use client'

import { RotateCw } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { Button } from '../../components/button.tsx'
import { cn } from '../../components/class-names.ts'
import { Icon } from '../../components/icon.tsx'
import { Void } from '../../components/void.tsx'

const widths = ['62%', '48%', '70%', '40%', '55%', '66%'] as const

interface Question<Data> {
  data: Data | undefined
  isError: boolean
  refetch: () => unknown
}

type AskedProps<Data> = {
  of: Question<Data>
  children: (data: Data) => ReactNode
  /** Inside a box: fewer lines, and no drawing when it fails. */
  small?: boolean
}

/** What the server was asked for: lines of grey until it comes, and a way to ask again when it does not. */
export function Asked<Data>({ of: { data, isError, refetch }, children, small = false }: AskedProps<Data>) {
  if (data !== undefined) return children(data)
  if (!isError) return <SkeletonLines small={small} />
  return small ? <SmallFailure onRetry={refetch} /> : <LoadFailed onRetry={refetch} />
}

/** Rows that are not here yet; invisible for the first 150 ms. Nothing shimmers. */
export function SkeletonLines({ small = false }: { small?: boolean }) {
  const t = useTranslations('admin')
  return (
    <div
      role="status"
      aria-label={t('loading')}
      className={cn('animate-late', small ? 'px-5 pb-4 phone:px-4' : 'px-6')}
    >
      {widths.slice(0, small ? 3 : widths.length).map((width) => (
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
  const t = useTranslations('admin')
  return (
    <Void alert drawing="toppled" title={t('loadFailedTitle')} sentence={t('loadFailed')}>
      <TryAgain onRetry={onRetry} />
    </Void>
  )
}

function SmallFailure({ onRetry }: { onRetry: () => unknown }) {
  const t = useTranslations('admin')
  return (
    <div role="alert" className="flex flex-wrap items-center gap-3 px-5 pb-4 text-13 text-ink-2 phone:px-4">
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
