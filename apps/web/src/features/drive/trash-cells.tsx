'use client'

import { useTranslations } from 'next-intl'
import { Button } from '../../components/button.tsx'
import { cn } from '../../components/class-names.ts'
import { chosenOf } from './chosen.ts'
import { daysLeft } from './days-left.ts'
import { useDrive } from './drive-context.tsx'
import { useEntryFacts } from './entry-facts.ts'
import type { EntryItem } from './schema.ts'

/** Columns of the list in trash: the name, where it was, its size, when it leaves, and the way back. */
export const trashColumns =
  'grid grid-cols-[32px_minmax(0,1fr)_92px_120px_92px] items-center pr-3 wide:grid-cols-[32px_minmax(0,1fr)_minmax(0,240px)_92px_120px_92px]'

const SOON_DAYS = 3

const meta = 'whitespace-nowrap text-13 text-ink-2 tabular-nums [text-autospace:no-autospace]'

export function Leaves({ item }: { item: EntryItem }) {
  const t = useTranslations('trash')
  if (item.leavesAt === undefined) return null
  const n = daysLeft(item.leavesAt, Date.now())
  return <span className={n <= SOON_DAYS ? 'text-warn' : undefined}>{t('leavesIn', { n })}</span>
}

/** What stands beside the name of something in trash. */
export function TrashCells({ item }: { item: EntryItem }) {
  const t = useTranslations('trash')
  const shell = useTranslations('shell')
  const facts = useEntryFacts()
  const { changes } = useDrive()
  const where = item.where?.map(({ name }) => name).join(' / ')
  return (
    <>
      <div role="gridcell" className="hidden min-w-0 truncate pr-4 text-13 text-ink-3 wide:block" title={where}>
        {where === undefined ? t('gone') : <bdi>{where === '' ? shell('drive') : where}</bdi>}
      </div>
      <div role="gridcell" className={meta}>
        {facts.size(item)}
      </div>
      <div role="gridcell" className={meta}>
        <Leaves item={item} />
      </div>
      <div role="gridcell" className="justify-self-end">
        <Button
          kind="ghost"
          size="sm"
          tabIndex={-1}
          aria-label={t('restoreOf', { name: item.name })}
          className="group-hover/row:bg-raised group-hover/row:inset-ring group-hover/row:inset-ring-line-2"
          onClick={(event) => {
            event.stopPropagation()
            changes.restore(chosenOf([item]))
          }}
        >
          {t('restore')}
        </Button>
      </div>
    </>
  )
}

/** The heads of these columns; trash is ordered by the menu of the path bar. */
export function TrashHeads() {
  const t = useTranslations('trash')
  const drive = useTranslations('drive')
  return (
    <div className={cn(trashColumns, 'mx-4 mb-1 h-[34px] border-line border-b font-medium text-12 text-ink-3')}>
      <span />
      <span className="pl-1">{drive('name')}</span>
      <span className="hidden wide:block">{t('where')}</span>
      <span>{drive('size')}</span>
      <span>{t('leaves')}</span>
      <span />
    </div>
  )
}
