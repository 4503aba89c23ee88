'use client'

import { useTranslations } from 'next-intl'
import { type FormEvent, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { EmailField } from '../../components/email-field.tsx'
import { Form } from '../../components/form.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { ApiFailure, callApi, Unreachable } from '../../lib/call-api.ts'

/** Asks for a link by mail. What it says afterwards does not tell whether anybody has this address. */
export function ForgotForm() {
  const t = useTranslations('auth')
  const format = useFormat()
  const [sentTo, setSentTo] = useState<string | null>(null)
  const [error, setError] = useState<string | undefined>(undefined)
  const [busy, setBusy] = useState(false)

  const sentenceOf = (failure: unknown): string => {
    if (failure instanceof Unreachable) return t('unreachable')
    if (!(failure instanceof ApiFailure)) throw failure
    if (failure.code === 'invalid') return t('emailIncomplete')
    if (failure.code !== 'too_many_attempts') return t('failed')
    return t('tooMany', { time: format.duration(Number(failure.detail['retryAfterSeconds'] ?? 60)) })
  }
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const email = String(new FormData(event.currentTarget).get('email')).trim()
    setBusy(true)
    try {
      await callApi('/api/auth/reset', { method: 'POST', body: { email } })
      setSentTo(email)
    } catch (failure) {
      setError(sentenceOf(failure))
    }
    setBusy(false)
  }

  if (sentTo !== null) return <p role="status">{t('resetSent', { email: sentTo })}</p>
  return (
    <Form onSubmit={submit} className="flex flex-col gap-4">
      <EmailField label={t('email')} autoFocus error={error} />
      <Button type="submit" kind="primary" size="lg" className="w-full" disabled={busy}>
        {t('sendLink')}
      </Button>
    </Form>
  )
}
