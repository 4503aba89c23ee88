'use client'

import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { Asked } from '../../components/asked.tsx'
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
  const asked = useQuery({ queryKey: SECURITY_KEY, queryFn: () => callApi<Security>('/api/me/security') })
  const passwordNote = ({ hasPassword, passwordChangedAt: at }: Security) => {
    if (!hasPassword) return t('noPassword')
    return at === null ? t('passwordSentence') : t('passwordChangedAt', { date: format.date(at) })
  }
  return (
    <>
      <Asked of={asked} small="bare">
        {(security) => (
          <>
            <Section title={t('password')} sentence={passwordNote(security)}>
              {security.hasPassword ? <PasswordForm /> : undefined}
            </Section>
            {security.hasPassword ? <AuthenticatorSettings security={security} /> : null}
          </>
        )}
      </Asked>
      <Section title={t('sessions')} sentence={t('sessionsSentence')}>
        <SessionList />
      </Section>
    </>
  )
}
