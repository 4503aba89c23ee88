'use client'

import { useTranslations } from 'next-intl'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'
import { Field } from '../../components/field.tsx'
import { releaseKeys } from '../../components/held-keys.ts'
import { extensionStart } from '../../components/split-name.ts'
import { nameProblem } from './name-problem.ts'
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
  const words = useWords(shown.current)
  return (
    <Dialog
      open={naming !== null}
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
      title={words.title}
      className="max-w-[420px]"
      onCloseAutoFocus={(event) => {
        event.preventDefault()
        onReturnFocus()
      }}
    >
      <NameForm key={times.current} naming={shown.current} onClose={onClose} onName={onName} />
    </Dialog>
  )
}

/** What the dialog is called, and the name that it begins with. */
function useWords(naming: Naming): { title: string; before: string } {
  const t = useTranslations('change')
  const editor = useTranslations('editor')
  if (naming.kind === 'create') return { title: t('newFolderTitle'), before: t('untitled') }
  if (naming.kind === 'rename') return { title: t('renameTitle'), before: naming.entry.name }
  return naming.form === 'text'
    ? { title: editor('newTextTitle'), before: editor('untitledText') }
    : { title: editor('newMarkdownTitle'), before: editor('untitledMarkdown') }
}

type NameFormProps = Pick<NameDialogProps, 'onClose' | 'onName'> & { naming: Naming }

function NameForm({ naming, onClose, onName }: NameFormProps) {
  const t = useTranslations('change')
  const common = useTranslations('common')
  const { problem, refusal } = useChangeText()
  const [error, setError] = useState<string | undefined>()
  const [busy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const { before } = useWords(naming)

  useEffect(() => {
    const input = form.current?.querySelector('input')
    const isFile = naming.kind === 'write' || (naming.kind === 'rename' && naming.entry.kind === 'file')
    const end = isFile ? extensionStart(before) : before.length
    if (input == null) return
    input.focus()
    input.setSelectionRange(0, end)
    releaseKeys(input)
  }, [naming, before])

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const name = String(new FormData(event.currentTarget).get('name'))
    const found = nameProblem(name)
    if (found !== null) {
      setError(problem(found, name))
      return
    }
    if (naming.kind === 'rename' && name === before) {
      onClose()
      return
    }
    setBusy(true)
    try {
      await onName(naming, name)
      onClose()
    } catch (refused) {
      setError(refusal(refused, name))
      setBusy(false)
    }
  }

  return (
    <form ref={form} noValidate onSubmit={(event) => void submit(event)}>
      <div className="px-6 pt-1 pb-5 phone:px-5">
        <Field
          compact
          label={t('folderName')}
          name="name"
          defaultValue={before}
          autoComplete="off"
          spellCheck={false}
          error={error}
          onChange={() => setError(undefined)}
        />
      </div>
      <DialogButtons>
        <Button kind="ghost" onClick={onClose}>
          {common('cancel')}
        </Button>
        <Button type="submit" kind="primary" disabled={busy}>
          {naming.kind === 'rename' ? t('renameSubmit') : t('create')}
        </Button>
      </DialogButtons>
    </form>
  )
}
