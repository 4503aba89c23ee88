'use client'

import { useTranslations } from 'next-intl'
import { useRef } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'
import { nameInSentence } from '../../components/split-name.ts'
import { useFormat } from '../../i18n/use-format.ts'
import type { Chosen } from './chosen.ts'

export type Deletion = {
  chosen: Chosen
  /** Null when not all of it is known. */
  bytes: number | null
  fromDrive: boolean
}

type DeleteDialogProps = {
  deletion: Deletion | null
  onClose: () => void
  onDelete: (deletion: Deletion) => void
  onReturnFocus: () => void
}

/** The one hard question: what cannot be undone. The button says again how many and how much. */
export function DeleteDialog({ deletion, onClose, onDelete, onReturnFocus }: DeleteDialogProps) {
  const t = useTranslations('trash')
  const common = useTranslations('common')
  const format = useFormat()
  const shown = useRef<Deletion | null>(null)
  if (deletion !== null) shown.current = deletion
  const { chosen, bytes } = shown.current ?? { chosen: null, bytes: null }
  const n = chosen?.count ?? 0
  const name = nameInSentence(chosen?.name ?? '')
  const size = bytes === null || bytes === 0 ? null : format.size(bytes)
  return (
    <Dialog
      open={deletion !== null}
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
      title={size === null ? t('askTitle', { n, name }) : t('askTitleSize', { n, name, size })}
      onCloseAutoFocus={(event) => {
        event.preventDefault()
        onReturnFocus()
      }}
    >
      <p className="px-6 pb-4 text-ink-2 phone:px-5">{t('ask')}</p>
      <DialogButtons>
        <Button kind="ghost" data-first-focus onClick={onClose}>
          {common('cancel')}
        </Button>
        <Button
          kind="destroy"
          onClick={() => {
            onClose()
            if (deletion !== null) onDelete(deletion)
          }}
        >
          {size === null ? t('askConfirm', { n }) : t('askConfirmSize', { n, size })}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
