'use client'

import { useTranslations } from 'next-intl'
import { type FormEvent, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import { type Refused, signInWithCode } from './session-client.ts'
import { useRefusalText } from './use-refusal-text.ts'

const CODE_DIGITS = 6

type CodeFormProps = {
  token: string
  onEntered: () => void
  /** The password was typed too long ago, or the account changed: the first step comes again. */
  onStartAgain: (refusal: Refused) => void
}

/** The second factor, in the place of the first. */
export function CodeForm({ token, onEntered, onStartAgain }: CodeFormProps) {
  const t = useTranslations('auth')
  const refusalText = useRefusalText()
  const [code, setCode] = useState('')
  const [recovery, setRecovery] = useState(false)
  const [refused, setRefused] = useState<Refused | null>(null)
  const [busy, setBusy] = useState(false)

  const send = async (typed: string) => {
    setBusy(true)
    const result = await signInWithCode(token, typed)
    if (result.ok) {
      onEntered()
      return
    }
    setBusy(false)
    if (result.reason === 'needsCode') return
    if (result.reason === 'tooLate' || result.reason === 'disabled') onStartAgain(result)
    else {
      setRefused(result)
      setCode('')
    }
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (code.trim() !== '') void send(code)
  }
  const change = (typed: string) => {
    setCode(typed)
    const digits = typed.replace(/\s/g, '')
    if (!recovery && digits.length === CODE_DIGITS && /^\d+$/.test(digits)) void send(digits)
  }

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4">
      <Field
        key={recovery ? 'recovery' : 'code'}
        label={recovery ? t('recoveryCode') : t('authenticatorCode')}
        name="code"
        value={code}
        onChange={(event) => change(event.target.value)}
        autoComplete="one-time-code"
        inputMode={recovery ? 'text' : 'numeric'}
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        readOnly={busy}
        hint={recovery ? t('recoveryHint') : undefined}
        error={refused === null ? undefined : refusalText(refused)}
      />
      <Button type="submit" kind="primary" size="lg" className="w-full" disabled={busy}>
        {t('signIn')}
      </Button>
      <Button
        kind="accent"
        onClick={() => {
          setRecovery(!recovery)
          setCode('')
          setRefused(null)
        }}
      >
        {recovery ? t('useAuthenticator') : t('useRecoveryCode')}
      </Button>
    </form>
  )
}
