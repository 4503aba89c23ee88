'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { NewPasswordField } from '../../components/new-password-field.tsx'
import { PasswordField } from '../../components/password-field.tsx'
import { useToast } from '../../components/toast.tsx'
import { PASSWORD_LENGTH_MIN } from '../../lib/account/account-rules.ts'
import { callApi } from '../../lib/call-api.ts'
import { SettingsForm } from './settings-form.tsx'
import { useSubmit } from './use-submit.ts'

export function PasswordForm() {
  const t = useTranslations('account')
  const toast = useToast()
  const queries = useQueryClient()
  const [password, setPassword] = useState('')
  const form = useSubmit(async (fields, element) => {
    const missing = PASSWORD_LENGTH_MIN - password.length
    if (missing > 0) return { password: t('passwordShort', { n: missing }) }
    await callApi('/api/me/password', { method: 'POST', body: { current: String(fields.get('current')), password } })
    element.reset()
    setPassword('')
    toast({ text: t('passwordChanged') })
    await queries.invalidateQueries({ queryKey: ['me'] })
    return undefined
  })
  return (
    <SettingsForm of={form} action={t('changePassword')}>
      <PasswordField
        label={t('passwordNow')}
        name="current"
        autoComplete="current-password"
        error={form.errors['current']}
        compact
      />
      <NewPasswordField
        label={t('newPassword')}
        value={password}
        onChange={setPassword}
        error={form.errors['password']}
        compact
      />
    </SettingsForm>
  )
}
