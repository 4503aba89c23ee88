'use client'

import { useTranslations } from 'next-intl'
import { type FormEvent, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { EmailField } from '../../components/email-field.tsx'
import { Field } from '../../components/field.tsx'
import { Form } from '../../components/form.tsx'
import { NewPasswordField } from '../../components/new-password-field.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { ApiFailure, callApi, Unreachable } from '../../lib/call-api.ts'
import { type Registration, type RegistrationProblem, registrationProblems } from './registration.ts'
import type { Registered } from './schema.ts'
import { placeAfterSignIn, signIn } from './session-client.ts'

type Errors = Partial<Record<keyof Registration | 'form', string>>

type RegisterFormProps = {
  /** The token of an invitation's link. */
  invitation?: string
  /** The only address that this invitation is for. */
  email?: string | null
}

export function RegisterForm({ invitation, email = null }: RegisterFormProps) {
  const t = useTranslations('auth')
  const format = useFormat()
  const [errors, setErrors] = useState<Errors>({})
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)

  const sentenceOf = (problem: RegistrationProblem): string =>
    problem.code === 'passwordShort' ? t('passwordShort', { n: problem.missing }) : t(problem.code)

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const fields = new FormData(form)
    const registration = { name: String(fields.get('name')), email: String(fields.get('email')), password }
    const problems = registrationProblems(registration)
    setErrors(Object.fromEntries(problems.map((problem) => [problem.field, sentenceOf(problem)])))
    const first = problems[0]
    if (first !== undefined) {
      form.querySelector<HTMLInputElement>(`[name="${first.field}"]`)?.focus()
      return
    }
    setBusy(true)
    const refusal = await register({ ...registration, ...(invitation === undefined ? {} : { invitation }) })
    if (refusal === null) {
      const entered = await signIn(registration.email, registration.password)
      window.location.assign(entered.ok ? placeAfterSignIn(window.location) : `/sign-in${window.location.search}`)
      return
    }
    const text = refusal.code === 'tooMany' ? t('tooMany', { time: format.duration(refusal.seconds) }) : t(refusal.code)
    setErrors({ [refusal.field]: text })
    setBusy(false)
  }

  // What was said of a field is answered by typing there.
  const typed = ({ target }: FormEvent<HTMLFormElement>) => {
    if (!(target instanceof HTMLInputElement)) return
    setErrors((before) => Object.fromEntries(Object.entries(before).filter(([field]) => field !== target.name)))
  }

  return (
    <Form onSubmit={submit} onInput={typed} className="flex flex-col gap-4">
      <Field label={t('name')} name="name" autoComplete="name" autoFocus error={errors.name} />
      <EmailField
        label={t('email')}
        defaultValue={email ?? undefined}
        readOnly={email !== null}
        hint={email === null ? undefined : t('emailFixed')}
        error={errors.email}
      />
      <NewPasswordField label={t('password')} value={password} onChange={setPassword} error={errors.password} />
      {errors.form === undefined ? null : (
        <p role="alert" className="text-13 text-danger">
          {errors.form}
        </p>
      )}
      <Button type="submit" kind="primary" size="lg" className="w-full" disabled={busy}>
        {t('registerSubmit')}
      </Button>
    </Form>
  )
}

type Refusal =
  | { field: 'email'; code: 'emailTaken' | 'emailIncomplete' }
  | { field: 'password'; code: 'passwordCommon' }
  | { field: 'form'; code: 'closedSentence' | 'invitationGone' | 'unreachable' | 'failed' }
  | { field: 'form'; code: 'tooMany'; seconds: number }

async function register(registration: Registration & { invitation?: string }): Promise<Refusal | null> {
  try {
    await callApi<Registered>('/api/auth/register', { method: 'POST', body: registration })
    return null
  } catch (error) {
    if (error instanceof Unreachable) return { field: 'form', code: 'unreachable' }
    if (!(error instanceof ApiFailure)) throw error
    if (error.code === 'email_taken') return { field: 'email', code: 'emailTaken' }
    if (error.code === 'password_common') return { field: 'password', code: 'passwordCommon' }
    if (error.code === 'invitation_gone') return { field: 'form', code: 'invitationGone' }
    if (error.code === 'too_many_attempts') {
      return { field: 'form', code: 'tooMany', seconds: Number(error.detail['retryAfterSeconds'] ?? 60) }
    }
    if (error.field === 'email') return { field: 'email', code: 'emailIncomplete' }
    return { field: 'form', code: error.code === 'signup_closed' ? 'closedSentence' : 'failed' }
  }
}
