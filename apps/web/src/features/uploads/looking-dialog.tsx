'use client'

import { useTranslations } from 'next-intl'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'

type LookingDialogProps = {
  /** How many files were looked at; of how many is not known before a dropped folder is read to its end. */
  done: number
  all: number | null
  onCancel: () => void
}

/** While very many files are looked at before anything is decided. */
export function LookingDialog({ done, all, onCancel }: LookingDialogProps) {
  const t = useTranslations('uploads')
  const common = useTranslations('common')
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onCancel()
      }}
      title={t('looking')}
    >
      <div className="px-6 pb-5 phone:px-5">
        <p className="text-ink-2 tabular-nums">
          {all === null ? t('lookingFound', { n: done }) : t('ofCount', { done, all })}
        </p>
        <div
          role="progressbar"
          aria-label={t('looking')}
          {...(all === null ? {} : { 'aria-valuenow': Math.floor((100 * done) / all) })}
          className="mt-3 h-[3px] overflow-hidden rounded-full bg-line forced-colors:outline"
        >
          <i
            className="block h-full origin-left bg-accent transition-transform duration-500 ease-linear forced-colors:bg-[Highlight]"
            style={{ transform: `scaleX(${all === null ? 0 : done / all})` }}
          />
        </div>
      </div>
      <DialogButtons>
        <Button kind="ghost" onClick={onCancel}>
          {common('cancel')}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
