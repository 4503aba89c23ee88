'use client'

import { useTranslations } from 'next-intl'
import { useEffect } from 'react'
import { createPortal } from 'react-dom'
import { cn } from '../../../components/class-names.ts'
import { Icon } from '../../../components/icon.tsx'
import type { EntryActions } from '../use-entry-actions.ts'
import { SWIPED_PX } from './use-swipe.ts'

type SwipeActionsProps = { row: HTMLElement; actions: EntryActions; onClose: () => void }

/** What can be done with a row that was swept aside: it lies beside the row, where the row was. */
export function SwipeActions({ row, actions, onClose }: SwipeActionsProps) {
  const t = useTranslations('common')
  useClosing(row, onClose)
  const { share, trash, restore, remove } = actions
  const shown = (restore === null ? [share, trash] : [restore, remove]).filter((action) => action !== null)
  if (row.parentElement === null) return null
  return createPortal(
    <div
      role="toolbar"
      aria-label={t('actions')}
      style={{ width: SWIPED_PX }}
      className="absolute inset-y-0 right-0 -z-10 flex gap-1 py-0.5"
    >
      {shown.map((action) => (
        <button
          key={action.id}
          type="button"
          onClick={() => {
            onClose()
            action.run()
          }}
          className={cn(
            'flex min-w-0 flex-1 flex-col items-center justify-center gap-0.5 rounded-button font-medium text-11',
            action.danger === true ? 'bg-hover text-danger' : 'bg-select text-accent-text',
          )}
        >
          <Icon of={action.icon} size="large" />
          {action.short ?? action.label}
        </button>
      ))}
    </div>,
    row.parentElement,
  )
}

/** The row goes back when the list is scrolled, with Escape, and when it was recycled. */
function useClosing(row: HTMLElement, onClose: () => void): void {
  useEffect(() => {
    const press = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') onClose()
    }
    document.addEventListener('keydown', press)
    document.addEventListener('scroll', onClose, { capture: true, passive: true })
    return () => {
      document.removeEventListener('keydown', press)
      document.removeEventListener('scroll', onClose, { capture: true })
      row.style.transform = ''
    }
  }, [row, onClose])
}
