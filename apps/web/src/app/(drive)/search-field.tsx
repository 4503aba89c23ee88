'use client'

import { Search } from 'lucide-react'
import { usePathname } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { Icon } from '../../components/icon.tsx'
import { useEntryDoors } from '../../features/drive/entry-doors.tsx'
import { useMainKey } from '../../features/drive/main-key.ts'

/** Looks like a field and opens the palette in its place. */
export function SearchField() {
  const t = useTranslations('search')
  const { palette } = useEntryDoors()
  const main = useMainKey()
  const isAdministration = usePathname().startsWith('/admin')
  if (palette === undefined) return null
  return (
    <button
      type="button"
      onClick={palette}
      aria-keyshortcuts="Control+K /"
      className="flex h-9 min-w-0 max-w-[520px] flex-[1_1_520px] cursor-text items-center gap-2.5 rounded-button bg-sunken forced-colors:border pr-2 pl-3 text-left text-ink-3 hover:inset-ring hover:inset-ring-line-2 phone:h-10 coarse:h-11 phone:max-w-none phone:rounded-full"
    >
      <Icon of={Search} />
      <span className="min-w-0 flex-1 truncate phone:hidden">
        {t(isAdministration ? 'placeholderAdmin' : 'placeholder')}
      </span>
      <span className="hidden min-w-0 flex-1 truncate phone:block">{t('title')}</span>
      <kbd className="inline-flex h-5 items-center rounded-tag bg-surface px-1.5 font-medium font-sans text-11 inset-ring inset-ring-line-2 phone:hidden">
        {main} K
      </kbd>
    </button>
  )
}
