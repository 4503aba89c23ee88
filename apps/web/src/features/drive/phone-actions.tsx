'use client'

import { Ellipsis } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Icon } from '../../components/icon.tsx'
import { type MenuAction, type MenuGroups, shownGroups } from '../../components/menu-action.ts'
import { useOnceOpen } from '../../components/use-once-open.ts'

const ActionSheet = dynamic(() => import('../../components/action-sheet.tsx').then((module) => module.ActionSheet), {
  ssr: false,
})

type PhoneActionsProps = { shown: readonly MenuAction[]; more: MenuGroups }

/** On phones the actions of a selection take the place of the bottom bar; what has no room there comes as a sheet. */
export function PhoneActions({ shown, more }: PhoneActionsProps) {
  const t = useTranslations('common')
  const [open, setOpen] = useState(false)
  const needed = useOnceOpen(open)
  const groups = shownGroups(more)
  return (
    <>
      <div
        role="toolbar"
        data-over-tabs=""
        aria-label={t('actions')}
        className="fixed inset-x-0 bottom-0 z-20 flex border-line border-t bg-surface pb-[env(safe-area-inset-bottom)]"
      >
        {shown.map((action) => (
          <Action key={action.id} icon={action.icon} label={action.short ?? action.label} onPress={action.run} />
        ))}
        {groups.length > 0 ? <Action icon={Ellipsis} label={t('more')} onPress={() => setOpen(true)} /> : null}
      </div>
      {needed ? <ActionSheet open={open} onOpenChange={setOpen} label={t('more')} groups={groups} /> : null}
    </>
  )
}

function Action({ icon, label, onPress }: { icon: MenuAction['icon']; label: string; onPress: () => void }) {
  return (
    <button
      type="button"
      onClick={onPress}
      className="flex h-16 min-w-0 flex-1 flex-col items-center justify-center gap-[3px] font-medium text-11 text-ink-2 active:bg-press"
    >
      <Icon of={icon} size="large" />
      <span className="max-w-full truncate px-1">{label}</span>
    </button>
  )
}
