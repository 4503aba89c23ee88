'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import { PasswordField } from '../../components/password-field.tsx'
import { useToast } from '../../components/toast.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { NAME_LENGTH_MAX } from '../../lib/account/account-rules.ts'
import { callApi } from '../../lib/call-api.ts'
import { FormError } from './form-error.tsx'
import type { ChangedEmail } from './schema.ts'
import { Section } from './section.tsx'
import { useSubmit } from './use-submit.ts'

interface Space {
  allowedBytes: number
  usedBytes: number
}

type ProfileSettingsProps = {
  name: string
  email: string
  quota: Space & { group?: Space & { name: string } }
}

/** Who this is, and how much they may keep. */
export function ProfileSettings({ name, email, quota }: ProfileSettingsProps) {
  const t = useTranslations('account')
  const format = useFormat()
  const spaceOf = ({ usedBytes, allowedBytes }: Space) =>
    t('spaceUsed', { used: format.size(usedBytes), allowed: format.size(allowedBytes) })
  return (
    <>
      <Section title={t('name')}>
        <NameForm name={name} />
      </Section>
      <Section title={t('email')} sentence={t('emailNow', { email })}>
        <EmailForm />
      </Section>
      <Section title={t('space')} sentence={spaceOf(quota)}>
        {quota.group === undefined ? undefined : (
          <p className="text-13 text-ink-2">
            {t('groupSpace', { group: quota.group.name, space: spaceOf(quota.group) })}
          </p>
        )}
      </Section>
      <Section title={t('closing')} sentence={t('closingSentence')} />
    </>
  )
}

function NameForm({ name }: { name: string }) {
  const t = useTranslations('account')
  const toast = useToast()
  const queries = useQueryClient()
  const { errors, busy, onSubmit } = useSubmit(async (fields) => {
    const typed = String(fields.get('name')).trim()
    if (typed === '') return { name: t('nameMissing') }
    await callApi('/api/me', { method: 'PATCH', body: { name: typed } })
    await queries.invalidateQueries({ queryKey: ['me'] })
    toast({ text: t('saved') })
    return undefined
  })
  return (
    <form noValidate onSubmit={onSubmit} className="flex max-w-[380px] flex-col gap-3">
      <Field
        label={t('nameLabel')}
        name="name"
        autoComplete="name"
        maxLength={NAME_LENGTH_MAX}
        defaultValue={name}
        error={errors['name']}
        compact
      />
      <FormError text={errors['form']} />
      <Button type="submit" className="self-start" disabled={busy}>
        {t('save')}
      </Button>
    </form>
  )
}

function EmailForm() {
  const t = useTranslations('account')
  const toast = useToast()
  const queries = useQueryClient()
  const [sentTo, setSentTo] = useState<string | null>(null)
  const { errors, busy, onSubmit } = useSubmit(async (fields, form) => {
    const email = String(fields.get('email')).trim()
    const body = { email, password: String(fields.get('password')) }
    const { confirm } = await callApi<ChangedEmail>('/api/me/email', { method: 'POST', body })
    form.reset()
    setSentTo(confirm ? email : null)
    if (!confirm) toast({ text: t('emailChanged', { email }) })
    await queries.invalidateQueries({ queryKey: ['me'] })
    return undefined
  })
  return (
    <form noValidate onSubmit={onSubmit} className="flex max-w-[380px] flex-col gap-3">
      <Field
        label={t('newEmail')}
        name="email"
        type="email"
        autoComplete="email"
        autoCapitalize="none"
        spellCheck={false}
        error={errors['email']}
        compact
      />
      <PasswordField
        label={t('passwordNow')}
        name="password"
        autoComplete="current-password"
        error={errors['password']}
        compact
      />
      <FormError text={errors['form']} />
      {sentTo === null ? null : (
        <p role="status" className="text-13 text-ink-2">
          {t('emailSent', { email: sentTo })}
        </p>
      )}
      <Button type="submit" className="self-start" disabled={busy}>
        {t('changeEmail')}
      </Button>
    </form>
  )
}
