'use client'

import { useTranslations } from 'next-intl'
import { Icon } from '../../components/icon.tsx'
import type { MenuAction } from '../../components/menu-action.ts'

/** On phones the actions of a selection take the place of the bottom bar. */
export function PhoneActions({ actions }: { actions: readonly MenuAction[] }) {
  const t = useTranslations('common')
  return (
    <div
      role="toolbar"
      aria-label={t('actions')}
      className="fixed inset-x-0 bottom-0 z-20 flex border-line border-t bg-surface pb-[env(safe-area-inset-bottom)]"
    >
      {actions.map((action) => (
        <button
          key={action.id}
          type="button"
          onClick={action.run}
          className="flex h-16 flex-1 flex-col items-center justify-center gap-[3px] font-medium text-11 text-ink-2 active:bg-press"
        >
          <Icon of={action.icon} size="large" />
          {action.label}
        </button>
      ))}
    </div>
  )
}
