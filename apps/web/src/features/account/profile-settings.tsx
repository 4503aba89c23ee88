'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { type ReactNode, useState } from 'react'
import { EmailField } from '../../components/email-field.tsx'
import { Field } from '../../components/field.tsx'
import { PasswordField } from '../../components/password-field.tsx'
import { useToast } from '../../components/toast.tsx'
import { NAME_LENGTH_MAX } from '../../lib/account/account-rules.ts'
import { callApi } from '../../lib/call-api.ts'
import type { ChangedEmail } from './schema.ts'
import { Section } from './section.tsx'
import { SettingsForm } from './settings-form.tsx'
import { useSubmit } from './use-submit.ts'

type ProfileSettingsProps = {
  name: string
  email: string
  /** How full the drive is, and with what. */
  space: ReactNode
}

/** Who this is, and how much they may keep. */
export function ProfileSettings({ name, email, space }: ProfileSettingsProps) {
  const t = useTranslations('account')
  return (
    <>
      <Section title={t('name')}>
        <NameForm name={name} />
      </Section>
      <Section title={t('email')} sentence={t('emailNow', { email })}>
        <EmailForm />
      </Section>
      <Section title={t('space')}>
        <div className="-mx-2.5 -mt-3 max-w-[410px]">{space}</div>
      </Section>
      <Section title={t('closing')} sentence={t('closingSentence')} />
    </>
  )
}

function NameForm({ name }: { name: string }) {
  const t = useTranslations('account')
  const toast = useToast()
  const queries = useQueryClient()
  const form = useSubmit(async (fields) => {
    const typed = String(fields.get('name')).trim()
    if (typed === '') return { name: t('nameMissing') }
    await callApi('/api/me', { method: 'PATCH', body: { name: typed } })
    await queries.invalidateQueries({ queryKey: ['me'] })
    toast({ text: t('saved') })
    return undefined
  })
  return (
    <SettingsForm of={form} action={t('save')}>
      <Field
        label={t('nameLabel')}
        name="name"
        autoComplete="name"
        maxLength={NAME_LENGTH_MAX}
        defaultValue={name}
        error={form.errors['name']}
        compact
      />
    </SettingsForm>
  )
}

function EmailForm() {
  const t = useTranslations('account')
  const toast = useToast()
  const queries = useQueryClient()
  const [sentTo, setSentTo] = useState<string | null>(null)
  const form = useSubmit(async (fields, element) => {
    const email = String(fields.get('email')).trim()
    const body = { email, password: String(fields.get('password')) }
    const { confirm } = await callApi<ChangedEmail>('/api/me/email', { method: 'POST', body })
    element.reset()
    setSentTo(confirm ? email : null)
    if (!confirm) toast({ text: t('emailChanged', { email }) })
    await queries.invalidateQueries({ queryKey: ['me'] })
    return undefined
  })
  return (
    <SettingsForm of={form} action={t('changeEmail')}>
      <EmailField label={t('newEmail')} autoComplete="email" error={form.errors['email']} compact />
      <PasswordField
        label={t('passwordNow')}
        name="password"
        autoComplete="current-password"
        error={form.errors['password']}
        compact
      />
      {sentTo === null ? null : (
        <p role="status" className="text-13 text-ink-2">
          {t('emailSent', { email: sentTo })}
        </p>
      )}
    </SettingsForm>
  )
}
