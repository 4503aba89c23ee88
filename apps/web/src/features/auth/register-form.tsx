'use client'

import { useTranslations } from 'next-intl'
import { type FormEvent, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { cn } from '../../components/class-names.ts'
import { Field } from '../../components/field.tsx'
import { PasswordField } from '../../components/password-field.tsx'
import { passwordStrength } from '../../components/password-strength.ts'
import { ApiFailure, callApi, Unreachable } from '../../lib/call-api.ts'
import { type Registration, type RegistrationProblem, registrationProblems } from './registration.ts'
import type { Registered } from './schema.ts'
import { signIn } from './session-client.ts'

type Errors = Partial<Record<keyof Registration | 'form', string>>

export function RegisterForm() {
  const t = useTranslations('auth')
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
    const refusal = await register(registration)
    if (refusal === null) {
      const entered = await signIn(registration.email, registration.password)
      window.location.assign(entered.ok ? '/drive' : '/sign-in')
      return
    }
    setErrors({ [refusal.field]: t(refusal.code) })
    setBusy(false)
  }

  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      <Field label={t('name')} name="name" autoComplete="name" autoFocus error={errors.name} />
      <Field
        label={t('email')}
        name="email"
        type="email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        error={errors.email}
      />
      <PasswordField
        label={t('password')}
        name="password"
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={errors.password}
        hint={<Strength password={password} />}
      />
      {errors.form === undefined ? null : (
        <p role="alert" className="text-13 text-danger">
          {errors.form}
        </p>
      )}
      <Button type="submit" kind="primary" size="lg" className="w-full" disabled={busy}>
        {t('registerSubmit')}
      </Button>
    </form>
  )
}

const strengthWords = ['passwordHint', 'strengthWeak', 'strengthFair', 'strengthGood', 'strengthStrong'] as const
const strengthColours = ['', 'bg-danger', 'bg-warn-fill', 'bg-ok', 'bg-ok'] as const

function Strength({ password }: { password: string }) {
  const t = useTranslations('auth')
  const strength = passwordStrength(password)
  const words = password.length > 0 && password.length < 8 ? t('passwordHint') : t(strengthWords[strength])
  return (
    <span className="flex items-center gap-2">
      <span aria-hidden="true" className="flex gap-[3px]">
        {[1, 2, 3, 4].map((step) => (
          <i
            key={step}
            className={cn('h-1 w-7 rounded-full', step <= strength ? strengthColours[strength] : 'bg-line-2')}
          />
        ))}
      </span>
      {words}
    </span>
  )
}

type Refusal = { field: 'email'; code: 'emailTaken' | 'emailIncomplete' } | { field: 'form'; code: RefusalCode }
type RefusalCode = 'closedSentence' | 'unreachable' | 'failed'

async function register(registration: Registration): Promise<Refusal | null> {
  try {
    await callApi<Registered>('/api/auth/register', { method: 'POST', body: registration })
    return null
  } catch (error) {
    if (error instanceof Unreachable) return { field: 'form', code: 'unreachable' }
    if (!(error instanceof ApiFailure)) throw error
    if (error.code === 'email_taken') return { field: 'email', code: 'emailTaken' }
    if (error.field === 'email') return { field: 'email', code: 'emailIncomplete' }
    return { field: 'form', code: error.code === 'signup_closed' ? 'closedSentence' : 'failed' }
  }
}
