'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'
import { Field } from '../../components/field.tsx'
import { PasswordField } from '../../components/password-field.tsx'
import { QrCode } from '../../components/qr-code.tsx'
import { callApi } from '../../lib/call-api.ts'
import type { AuthenticatorTask } from './authenticator-settings.tsx'
import { FormError } from './form-error.tsx'
import { RecoveryCodeList } from './recovery-code-list.tsx'
import type { RecoveryCodes, StartedAuthenticator } from './schema.ts'
import { useSubmit } from './use-submit.ts'

type AuthenticatorDialogProps = { task: AuthenticatorTask; onClose: () => void }

/** Password first; then the secret to scan and a code of it; then the recovery codes, this once. */
export function AuthenticatorDialog({ task, onClose }: AuthenticatorDialogProps) {
  const t = useTranslations('account')
  const [started, setStarted] = useState<StartedAuthenticator | null>(null)
  const [codes, setCodes] = useState<string[] | null>(null)
  const titles = { add: t('addAuthenticator'), renew: t('renewCodes'), remove: t('removeAuthenticator') }
  return (
    <Dialog open onOpenChange={onClose} title={codes === null ? titles[task] : t('recoveryCodes')}>
      {codes !== null ? <RecoveryCodeList codes={codes} onDone={onClose} /> : null}
      {codes === null && started !== null ? <ScanForm started={started} onCodes={setCodes} onClose={onClose} /> : null}
      {codes === null && started === null ? (
        <ProofForm task={task} onStarted={setStarted} onCodes={setCodes} onClose={onClose} />
      ) : null}
    </Dialog>
  )
}

type ProofFormProps = AuthenticatorDialogProps & {
  onStarted: (started: StartedAuthenticator) => void
  onCodes: (codes: string[]) => void
}

/** Somebody who found an open browser must not get past here. */
function ProofForm({ task, onStarted, onCodes, onClose }: ProofFormProps) {
  const t = useTranslations('account')
  const { errors, busy, onSubmit } = useSubmit(async (fields) => {
    const password = String(fields.get('password'))
    if (task === 'add') {
      onStarted(await callApi<StartedAuthenticator>('/api/me/authenticator', { method: 'POST', body: { password } }))
    } else if (task === 'renew') {
      onCodes((await callApi<RecoveryCodes>('/api/me/recovery-codes', { method: 'POST', body: { password } })).codes)
    } else {
      const body = { password, code: String(fields.get('code')) }
      await callApi('/api/me/authenticator/remove', { method: 'POST', body })
      onClose()
    }
    return undefined
  })
  const sentences = { add: t('addSentence'), renew: t('renewSentence'), remove: t('removeSentence') }
  return (
    <form noValidate onSubmit={onSubmit}>
      <div className="flex flex-col gap-3 px-6 pb-4 phone:px-5">
        <p className="text-13 text-ink-2">{sentences[task]}</p>
        <PasswordField
          label={t('passwordNow')}
          name="password"
          autoComplete="current-password"
          autoFocus
          error={errors['password']}
          compact
        />
        {task === 'remove' ? <CodeField label={t('anyCode')} error={errors['code']} /> : null}
        <FormError text={errors['form']} />
      </div>
      <DialogButtons>
        <Button onClick={onClose}>{t('cancel')}</Button>
        <Button type="submit" kind={task === 'remove' ? 'danger' : 'primary'} disabled={busy}>
          {task === 'remove' ? t('remove') : t('next')}
        </Button>
      </DialogButtons>
    </form>
  )
}

type ScanFormProps = { started: StartedAuthenticator; onCodes: (codes: string[]) => void; onClose: () => void }

function ScanForm({ started, onCodes, onClose }: ScanFormProps) {
  const t = useTranslations('account')
  const { secret, uri } = started
  const { errors, busy, onSubmit } = useSubmit(async (fields) => {
    const body = { code: String(fields.get('code')) }
    onCodes((await callApi<RecoveryCodes>('/api/me/authenticator/confirm', { method: 'POST', body })).codes)
    return undefined
  })
  return (
    <form noValidate onSubmit={onSubmit}>
      <div className="flex flex-col gap-3 px-6 pb-4 phone:px-5">
        <p className="text-13 text-ink-2">{t('scanSentence')}</p>
        <div className="mx-auto size-48">
          <QrCode text={uri} label={t('qr')} />
        </div>
        <p className="text-center text-12 text-ink-3">
          {t('orType')}{' '}
          <a href={uri} className="block break-all font-mono text-accent-text leading-6 hover:underline">
            {secret.replace(/(.{4})(?=.)/g, '$1 ')}
          </a>
        </p>
        <CodeField label={t('codeNow')} error={errors['code']} autoFocus />
        <FormError text={errors['form']} />
      </div>
      <DialogButtons>
        <Button onClick={onClose}>{t('cancel')}</Button>
        <Button type="submit" kind="primary" disabled={busy}>
          {t('confirm')}
        </Button>
      </DialogButtons>
    </form>
  )
}

type CodeFieldProps = { label: string; error: string | undefined; autoFocus?: boolean }

function CodeField({ label, error, autoFocus = false }: CodeFieldProps) {
  return (
    <Field
      label={label}
      name="code"
      autoComplete="one-time-code"
      inputMode="numeric"
      autoCapitalize="none"
      spellCheck={false}
      autoFocus={autoFocus}
      error={error}
      compact
    />
  )
}
