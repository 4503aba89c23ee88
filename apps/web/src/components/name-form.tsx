'use client'

import { useTranslations } from 'next-intl'
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { nameProblem } from '../lib/entries/name-problem.ts'
import { Button } from './button.tsx'
import { DialogButtons } from './dialog.tsx'
import { Field } from './field.tsx'
import { releaseKeys } from './held-keys.ts'
import { extensionStart } from './split-name.ts'
import { useNameText } from './use-name-text.ts'

type NameFormProps = {
  /** The name that it begins with. Of a file the stem is selected, the extension is not. */
  before: string
  isFile: boolean
  hint?: ReactNode
  submit: string
  /** Why the name cannot be, as a sentence: then the text is kept, with the reason below it. Null: all went well. */
  onName: (name: string) => Promise<string | null>
  onClose: () => void
}

/** Asks for a name, in a dialog. */
export function NameForm({ before, isFile, hint, submit: submitText, onName, onClose }: NameFormProps) {
  const t = useTranslations('change')
  const common = useTranslations('common')
  const nameText = useNameText()
  const [error, setError] = useState<string | undefined>()
  const [busy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)

  useEffect(() => {
    const input = form.current?.querySelector('input')
    if (input == null) return
    input.focus()
    input.setSelectionRange(0, isFile ? extensionStart(before) : before.length)
    releaseKeys(input)
  }, [before, isFile])

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const name = String(new FormData(event.currentTarget).get('name'))
    const found = nameProblem(name)
    if (found !== null) {
      setError(nameText(found, name))
      return
    }
    setBusy(true)
    const refusal = await onName(name)
    if (refusal === null) {
      onClose()
      return
    }
    setError(refusal)
    setBusy(false)
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
          hint={hint}
          error={error}
          onChange={() => setError(undefined)}
        />
      </div>
      <DialogButtons>
        <Button kind="ghost" onClick={onClose}>
          {common('cancel')}
        </Button>
        <Button type="submit" kind="primary" disabled={busy}>
          {submitText}
        </Button>
      </DialogButtons>
    </form>
  )
}
