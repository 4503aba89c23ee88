'use client'

import { useTranslations } from 'next-intl'
import { useRef } from 'react'
import { Dialog } from '../../components/dialog.tsx'
import { NameForm } from '../../components/name-form.tsx'
import { nameInSentence } from '../../components/split-name.ts'
import { useNameText } from '../../components/use-name-text.ts'
import { nameProblem } from '../../lib/entries/name-problem.ts'
import { type RefusedName, refusedName, suggestedName } from './refused-name.ts'
import type { UploadItem } from './upload-item.ts'

type RenameDialogProps = {
  /** The upload whose name was refused; null while nobody asks. */
  item: UploadItem | null
  onClose: () => void
  onRename: (id: string, name: string) => void
  onReturnFocus: (id: string) => void
}

/** Asks for a name that can be, for a file or a folder whose own one the drive refused. */
export function RenameDialog({ item, onClose, onRename, onReturnFocus }: RenameDialogProps) {
  const t = useTranslations('uploads')
  // The content stays while the dialog fades out.
  const shown = useRef(item)
  if (item !== null) shown.current = item
  const id = shown.current?.id ?? ''
  const found = shown.current === null ? null : refusedName(shown.current)
  return (
    <Dialog
      open={item !== null}
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
      title={t('renameTitle')}
      className="max-w-[420px]"
      onCloseAutoFocus={(event) => {
        event.preventDefault()
        onReturnFocus(id)
      }}
    >
      {found === null ? null : (
        <RefusedForm key={id} refused={found} onClose={onClose} onName={(name) => onRename(id, name)} />
      )}
    </Dialog>
  )
}

type RefusedFormProps = { refused: RefusedName; onClose: () => void; onName: (name: string) => void }

function RefusedForm({ refused, onClose, onName }: RefusedFormProps) {
  const t = useTranslations('uploads')
  const nameText = useNameText()
  const problem = nameProblem(refused.name)
  const why = { name: nameInSentence(refused.name), problem: problem === null ? '' : nameText(problem, refused.name) }
  return (
    <NameForm
      before={suggestedName(refused) ?? t('unnamed')}
      isFile={refused.at === null}
      hint={refused.at === null ? t('renameWhy', why) : t('renameFolderWhy', why)}
      submit={t('renameSubmit')}
      onName={(name) => {
        onName(name)
        return Promise.resolve(null)
      }}
      onClose={onClose}
    />
  )
}
