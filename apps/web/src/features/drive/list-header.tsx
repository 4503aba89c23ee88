'use client'

import { ArrowDown, ArrowUp } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { cn } from '../../components/class-names.ts'
import { Icon } from '../../components/icon.tsx'
import { usePreferences } from '../../components/preferences-provider.tsx'
import { useDrive } from './drive-context.tsx'
import { Box, gatheredColumns, rowColumns } from './entry-row.tsx'
import type { SortKey } from './schema.ts'
import { isSorted, nextOrder } from './sort-order.ts'

/** The column heads: each sorts, a second press turns the order round. */
export function ListHeader({ onSelectAll }: { onSelectAll: () => void }) {
  const t = useTranslations('drive')
  const { place } = useDrive()
  const gathered = place !== null && place.kind !== 'folder'
  return (
    <div
      className={cn(
        gathered ? gatheredColumns : rowColumns,
        'mx-4 mb-1 h-[34px] border-line border-b font-medium text-12 text-ink-3',
      )}
    >
      <button
        type="button"
        role="checkbox"
        aria-checked={false}
        aria-label={t('selectAll')}
        title={t('selectAll')}
        onClick={onSelectAll}
        className="grid h-full place-items-center rounded-tile"
      >
        <Box checked={false} />
      </button>
      <SortButton column="name" className="pl-1" />
      {gathered ? <span className="hidden wide:block">{t('where')}</span> : null}
      <span className="hidden justify-self-center wide:block">{t('copies')}</span>
      <SortButton column="modified" />
      <SortButton column="size" className="justify-end" />
    </div>
  )
}

function SortButton({ column, className }: { column: SortKey; className?: string }) {
  const t = useTranslations('drive')
  const { preferences, change } = usePreferences()
  if (!isSorted(useDrive().place)) return <span className={cn('flex', className)}>{t(column)}</span>
  const active = preferences.sort === column
  const order = preferences.direction === 'asc' ? t('ascending') : t('descending')
  return (
    <button
      type="button"
      aria-label={active ? `${t('sortBy', { column: t(column) })}, ${order}` : t('sortBy', { column: t(column) })}
      onClick={() => change(nextOrder(preferences, column))}
      className={cn('flex h-full items-center gap-1 rounded-tile hover:text-ink', active && 'text-ink-2', className)}
    >
      {t(column)}
      {active ? <Icon of={preferences.direction === 'asc' ? ArrowUp : ArrowDown} size="tiny" /> : null}
    </button>
  )
}
