'use client'

import { useTranslations } from 'next-intl'
import { useRef } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'

type CancelAllDialogProps = {
  /** How many would be cancelled; null while nobody asks. */
  count: number | null
  onClose: () => void
  onCancelAll: () => void
}

/** Asked before everything that is on its way is given up: of many files that cannot be undone with a click. */
export function CancelAllDialog({ count, onClose, onCancelAll }: CancelAllDialogProps) {
  const t = useTranslations('uploads')
  const shown = useRef(0)
  if (count !== null) shown.current = count
  return (
    <Dialog
      open={count !== null}
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
      title={t('cancelAllTitle', { n: shown.current })}
    >
      <p className="px-6 pb-4 text-ink-2 phone:px-5">{t('cancelAllText')}</p>
      <DialogButtons>
        <Button kind="ghost" autoFocus onClick={onClose}>
          {t('keepUploading')}
        </Button>
        <Button
          kind="danger"
          onClick={() => {
            onClose()
            onCancelAll()
          }}
        >
          {t('cancelAll')}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
