'use client'

import { X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Button, IconButton } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import type { MenuAction } from '../../components/menu-action.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { useDrive } from './drive-context.tsx'
import { type Selection, selectedCount } from './selection.ts'

type SelectionBarProps = {
  selection: Selection
  total: number
  /** Bytes of the selection; null when not all of it is known. */
  bytes: number | null
  actions: readonly MenuAction[]
  onClear: () => void
  onSelectAll: () => void
}

/** What is selected, in words. */
export function useSelectionText(): (selection: Selection, total: number) => string {
  const t = useTranslations('drive')
  const { place, state } = useDrive()
  return (selection, total) => {
    if (selection.mode === 'all' && place?.kind === 'search') {
      if (state.hasMore) return t('findingAll')
      const n = selectedCount(selection, state.items.length)
      return t(state.isCut ? 'firstFound' : 'allFound', { n })
    }
    if (selection.mode === 'some') return t('selected', { n: selection.ids.size })
    return selection.ids.size === 0 ? t('allSelected', { n: total }) : t('allBut', { n: selection.ids.size })
  }
}

/** Takes the place of the column heads while something is selected; the list does not move. */
export function SelectionBar({ selection, total, bytes, actions, onClear, onSelectAll }: SelectionBarProps) {
  const t = useTranslations('drive')
  const format = useFormat()
  const text = useSelectionText()
  const complete = selectedCount(selection, total) === total
  return (
    <div
      role="toolbar"
      aria-label={text(selection, total)}
      // Beside the details there is no room for words; the rest is reached by scrolling and by Tab.
      className="scrollbar-none @container mx-4 mb-1 flex h-[34px] items-center gap-1 overflow-x-auto rounded-button bg-select-2 pr-2 pl-0.5 forced-colors:border"
    >
      <IconButton small label={t('clearSelection')} onClick={onClear}>
        <Icon of={X} size="small" />
      </IconButton>
      <b className="whitespace-nowrap px-1 tabular-nums">{text(selection, total)}</b>
      {bytes === null || bytes === 0 ? null : (
        <span className="mr-2 whitespace-nowrap text-13 text-ink-2 tabular-nums">{format.size(bytes)}</span>
      )}
      {actions.map((action) => (
        <Button
          key={action.id}
          kind="accent"
          size="sm"
          className="h-7 shrink-0 font-normal"
          title={action.label}
          onClick={action.run}
        >
          <Icon of={action.icon} size="small" />
          <span className="@max-[860px]:sr-only">{action.short ?? action.label}</span>
        </Button>
      ))}
      {complete ? null : (
        <Button kind="ghost" size="sm" className="ml-auto h-7 shrink-0" onClick={onSelectAll}>
          {t('selectAllCount', { n: total })}
        </Button>
      )}
    </div>
  )
}

/** On phones the title row says what is selected; what can be done stands at the bottom. */
export function PhoneSelectionTitle({
  selection,
  total,
  onClear,
  onSelectAll,
}: Omit<SelectionBarProps, 'actions' | 'bytes'>) {
  const t = useTranslations('drive')
  const text = useSelectionText()
  return (
    <div className="flex h-12 shrink-0 items-center gap-1 bg-select-2 px-2">
      <IconButton label={t('clearSelection')} onClick={onClear}>
        <Icon of={X} size="large" />
      </IconButton>
      <b className="text-18 tabular-nums">{text(selection, total)}</b>
      {selectedCount(selection, total) === total ? null : (
        <Button kind="ghost" size="sm" className="ml-auto" onClick={onSelectAll}>
          {t('selectAll')}
        </Button>
      )}
    </div>
  )
}
