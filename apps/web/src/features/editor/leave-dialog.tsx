'use client'

import { useTranslations } from 'next-intl'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'
import { nameInSentence } from '../../components/split-name.ts'

type LeaveDialogProps = {
  open: boolean
  name: string
  onStay: () => void
  onSave: () => Promise<void>
  onDiscard: () => void
}

/** Asked before a text is left that is not saved. */
export function LeaveDialog({ open, name, onStay, onSave, onDiscard }: LeaveDialogProps) {
  const t = useTranslations('editor')
  return (
    <Dialog
      open={open}
      onOpenChange={(wanted) => (wanted ? undefined : onStay())}
      title={t('leaveTitle')}
      className="max-w-[420px]"
      onCloseAutoFocus={(event) => event.preventDefault()}
    >
      <p className="px-6 pb-4 text-ink-2 text-14 phone:px-5">{t('leave', { name: nameInSentence(name) })}</p>
      <DialogButtons>
        <Button kind="danger" onClick={onDiscard}>
          {t('discard')}
        </Button>
        <Button onClick={onStay}>{t('stay')}</Button>
        <Button kind="primary" data-first-focus onClick={() => void onSave()}>
          {t('save')}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
