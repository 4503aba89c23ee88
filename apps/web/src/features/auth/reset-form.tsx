'use client'

import { useTranslations } from 'next-intl'
import { type FormEvent, useState } from 'react'
import { Button, buttonLook } from '../../components/button.tsx'
import { Form } from '../../components/form.tsx'
import { NewPasswordField } from '../../components/new-password-field.tsx'
import { PASSWORD_LENGTH_MIN } from '../../lib/account/account-rules.ts'
import { ApiFailure, callApi, Unreachable } from '../../lib/call-api.ts'

/** Sets a password by the token of a link. */
export function ResetForm({ token }: { token: string }) {
  const t = useTranslations('auth')
  const [password, setPassword] = useState('')
  const [error, setError] = useState<string | undefined>(undefined)
  const [state, setState] = useState<'open' | 'busy' | 'done'>('open')

  const sentenceOf = (failure: unknown): string => {
    if (failure instanceof Unreachable) return t('unreachable')
    if (!(failure instanceof ApiFailure)) throw failure
    if (failure.code === 'password_common') return t('passwordCommon')
    return failure.code === 'link_gone' ? t('linkGone') : t('failed')
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (password.length < PASSWORD_LENGTH_MIN) {
      setError(t('passwordShort', { n: PASSWORD_LENGTH_MIN - password.length }))
      return
    }
    setState('busy')
    try {
      await callApi('/api/auth/reset/confirm', { method: 'POST', body: { token, password } })
      setState('done')
    } catch (failure) {
      setError(sentenceOf(failure))
      setState('open')
    }
  }

  if (state === 'done') {
    return (
      <>
        <p role="status" className="mb-6">
          {t('resetDone')}
        </p>
        <a href="/sign-in" className={buttonLook({ kind: 'primary', size: 'lg' }, 'w-full')}>
          {t('signIn')}
        </a>
      </>
    )
  }
  return (
    <Form onSubmit={submit} className="flex flex-col gap-4">
      <NewPasswordField label={t('newPassword')} value={password} onChange={setPassword} error={error} />
      <Button type="submit" kind="primary" size="lg" className="w-full" disabled={state === 'busy'}>
        {t('setPassword')}
      </Button>
    </Form>
  )
}
