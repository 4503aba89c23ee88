'use client'

import { KeyRound } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { EmailField } from '../../components/email-field.tsx'
import { Form } from '../../components/form.tsx'
import { Icon } from '../../components/icon.tsx'
import { PasswordField } from '../../components/password-field.tsx'
import { CodeForm } from './code-form.tsx'
import { placeAfterSignIn, type Refused, signIn, startOidc } from './session-client.ts'
import { useRefusalText } from './use-refusal-text.ts'

type SignInFormProps = {
  /** Name of the sign-in service; null: there is none. */
  oidc: string | null
  /** Why a sign-in service's word was not enough. */
  problem?: string | undefined
  /** Other ways, for who has not said yet who they are. */
  children?: ReactNode
}

const nextPath = () => placeAfterSignIn(window.location)

/** E-mail and password; for who has an authenticator the code takes their place. */
export function SignInForm({ oidc, problem, children }: SignInFormProps) {
  const [token, setToken] = useState<string | null>(null)
  const [refused, setRefused] = useState<Refused | null>(null)
  const onRefused = (refusal: Refused) => {
    setRefused(refusal)
    setToken(null)
  }
  const onEntered = () => window.location.assign(nextPath())
  if (token !== null) return <CodeForm token={token} onEntered={onEntered} onStartAgain={onRefused} />
  return (
    <>
      <PasswordForm refused={refused} onRefused={onRefused} onNeedsCode={setToken} onEntered={onEntered} />
      {oidc === null ? null : <OtherWay name={oidc} />}
      {problem === undefined ? null : (
        <p role="alert" className="mt-4 text-13 text-danger">
          {problem}
        </p>
      )}
      {children}
    </>
  )
}

type PasswordFormProps = {
  refused: Refused | null
  onRefused: (refusal: Refused) => void
  onNeedsCode: (token: string) => void
  onEntered: () => void
}

function PasswordForm({ refused, onRefused, onNeedsCode, onEntered }: PasswordFormProps) {
  const t = useTranslations('auth')
  const refusalText = useRefusalText()
  const [missing, setMissing] = useState<'email' | 'password' | null>(null)
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
      onEntered()
      return
    }
    setBusy(false)
    if (result.reason === 'needsCode') onNeedsCode(result.token)
    else onRefused(result)
  }

  return (
    <Form onSubmit={submit} className="flex flex-col gap-4">
      <EmailField label={t('email')} autoFocus error={missing === 'email' ? t('emailMissing') : undefined} />
      <PasswordField
        label={t('password')}
        name="password"
        autoComplete="current-password"
        aside={
          <Link href="/forgot" className="rounded-tag text-accent-text hover:underline">
            {t('forgot')}
          </Link>
        }
        error={missing === 'password' ? t('passwordMissing') : (refused && refusalText(refused)) || undefined}
      />
      <Button type="submit" kind="primary" size="lg" className="w-full" disabled={busy}>
        {t('signIn')}
      </Button>
    </Form>
  )
}

function OtherWay({ name }: { name: string }) {
  const t = useTranslations('auth')
  const [failed, setFailed] = useState(false)
  const leave = async (event: FormEvent) => {
    event.preventDefault()
    const address = await startOidc(nextPath())
    if (address === null) setFailed(true)
    else window.location.assign(address)
  }
  return (
    <>
      <div className="my-4 flex items-center gap-3 text-12 text-ink-3">
        <hr className="flex-1 border-line-2" />
        {t('or')}
        <hr className="flex-1 border-line-2" />
      </div>
      <Form onSubmit={leave}>
        <Button type="submit" size="lg" className="w-full">
          <Icon of={KeyRound} size="small" />
          {t('continueWith', { name })}
        </Button>
      </Form>
      {failed ? (
        <p role="alert" className="mt-2 text-13 text-danger">
          {t('oidcUnreachable', { name })}
        </p>
      ) : null}
    </>
  )
}
