'use client'

import { useTranslations } from 'next-intl'
import { useRef } from 'react'
import { Dialog } from '../../components/dialog.tsx'
import { NameForm } from '../../components/name-form.tsx'
import type { EntryItem } from './schema.ts'
import { useChangeText } from './use-change-text.ts'

export type Naming =
  | { kind: 'create' }
  | { kind: 'write'; form: 'text' | 'markdown' }
  | { kind: 'rename'; entry: EntryItem }

type NameDialogProps = {
  naming: Naming | null
  onClose: () => void
  /** Rejects when the server refuses: then the dialog stays, with the text kept and the reason below it. */
  onName: (naming: Naming, name: string) => Promise<unknown>
  onReturnFocus: () => void
}

/** Asks for the name of a new folder or file, or a new name. The stem is selected, the extension is not. */
export function NameDialog({ naming, onClose, onName, onReturnFocus }: NameDialogProps) {
  // The content stays while the dialog fades out.
  const shown = useRef<Naming>({ kind: 'create' })
  // Opened again while it fades out, it begins anew.
  const times = useRef(0)
  if (naming !== null && naming !== shown.current) {
    shown.current = naming
    times.current += 1
  }
  const { title, before, submit } = useWords(shown.current)
  const { refusal } = useChangeText()
  const name = async (wanted: string) => {
    if (shown.current.kind === 'rename' && wanted === before) return null
    try {
      await onName(shown.current, wanted)
      return null
    } catch (refused) {
      return refusal(refused, wanted)
    }
  }
  return (
    <Dialog
      open={naming !== null}
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
      title={title}
      className="max-w-[420px]"
      onCloseAutoFocus={(event) => {
        event.preventDefault()
        onReturnFocus()
      }}
    >
      <NameForm
        key={times.current}
        before={before}
        isFile={isOfFile(shown.current)}
        submit={submit}
        onName={name}
        onClose={onClose}
      />
    </Dialog>
  )
}

function isOfFile(naming: Naming): boolean {
  return naming.kind === 'write' || (naming.kind === 'rename' && naming.entry.kind === 'file')
}

/** What the dialog is called, the name that it begins with, and its button. */
function useWords(naming: Naming): { title: string; before: string; submit: string } {
  const t = useTranslations('change')
  const editor = useTranslations('editor')
  if (naming.kind === 'rename') return { title: t('renameTitle'), before: naming.entry.name, submit: t('renameSubmit') }
  const submit = t('create')
  if (naming.kind === 'create') return { title: t('newFolderTitle'), before: t('untitled'), submit }
  return naming.form === 'text'
    ? { title: editor('newTextTitle'), before: editor('untitledText'), submit }
    : { title: editor('newMarkdownTitle'), before: editor('untitledMarkdown'), submit }
}
