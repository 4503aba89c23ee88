'use client'

import { useTranslations } from 'next-intl'
import { type FormEvent, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import { PasswordField } from '../../components/password-field.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { type SignInResult, safeNext, signIn } from './session-client.ts'

type Refused = Extract<SignInResult, { ok: false }>

export function SignInForm() {
  const t = useTranslations('auth')
  const format = useFormat()
  const [missing, setMissing] = useState<'email' | 'password' | null>(null)
  const [refused, setRefused] = useState<Refused | null>(null)
  const [busy, setBusy] = useState(false)

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const email = String(fields.get('email')).trim()
    const password = String(fields.get('password'))
    if (email === '' || password === '') {
      setMissing(email === '' ? 'email' : 'password')
      return
    }
    setMissing(null)
    setBusy(true)
    const result = await signIn(email, password)
    if (result.ok) {
      window.location.assign(safeNext(new URLSearchParams(window.location.search).get('next')))
      return
    }
    setRefused(result)
    setBusy(false)
  }

  const sentenceOf = (refusal: Refused): string => {
    if (refusal.reason === 'too_many') return t('tooMany', { time: format.duration(refusal.seconds) })
    return t(refusal.reason)
  }

  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      <Field
        label={t('email')}
        name="email"
        type="email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        error={missing === 'email' ? t('emailMissing') : undefined}
      />
      <PasswordField
        label={t('password')}
        name="password"
        autoComplete="current-password"
        error={passwordError(missing === 'password' ? t('passwordMissing') : undefined, refused && sentenceOf(refused))}
      />
      <Button type="submit" kind="primary" size="lg" className="w-full" disabled={busy}>
        {t('signIn')}
      </Button>
    </form>
  )
}

function passwordError(missing: string | undefined, refusal: string | null): string | undefined {
  return missing ?? refusal ?? undefined
}
