'use client'

import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useFormat } from '../../i18n/use-format.ts'
import { callApi } from '../../lib/call-api.ts'
import { AuthenticatorSettings } from './authenticator-settings.tsx'
import { PasswordForm } from './password-form.tsx'
import type { Security } from './schema.ts'
import { Section } from './section.tsx'
import { SessionList } from './session-list.tsx'

const SECURITY_KEY = ['me', 'security'] as const

/** The ways in, and who came in. */
export function SecuritySettings() {
  const t = useTranslations('account')
  const format = useFormat()
  const { data } = useQuery({ queryKey: SECURITY_KEY, queryFn: () => callApi<Security>('/api/me/security') })
  const changedAt = data?.passwordChangedAt ?? null
  const passwordNote = changedAt === null ? undefined : t('passwordChangedAt', { date: format.date(changedAt) })
  return (
    <>
      <Section
        title={t('password')}
        sentence={data?.hasPassword === false ? t('noPassword') : (passwordNote ?? t('passwordSentence'))}
      >
        {data?.hasPassword === false ? undefined : <PasswordForm />}
      </Section>
      {data === undefined || !data.hasPassword ? null : <AuthenticatorSettings security={data} />}
      <Section title={t('sessions')} sentence={t('sessionsSentence')}>
        <SessionList />
      </Section>
    </>
  )
}
