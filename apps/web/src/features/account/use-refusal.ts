'use client'

import { useTranslations } from 'next-intl'
import { useFormat } from '../../i18n/use-format.ts'
import { ApiFailure, Unreachable } from '../../lib/call-api.ts'

const known = {
  wrong_password: 'wrongPassword',
  code_wrong: 'wrongCode',
  password_common: 'passwordCommon',
  email_taken: 'emailTaken',
} as const

/** What was refused, as a sentence and the field that it is about. */
export function useRefusal(): (error: unknown) => { field: string; text: string } {
  const t = useTranslations('account')
  const format = useFormat()
  return (error) => {
    if (error instanceof Unreachable) return { field: 'form', text: t('unreachable') }
    if (!(error instanceof ApiFailure)) throw error
    const field = error.field ?? 'form'
    if (error.code === 'too_many_attempts') {
      const time = format.duration(Number(error.detail['retryAfterSeconds'] ?? 60))
      return { field: 'form', text: t('tooMany', { time }) }
    }
    if (error.code === 'invalid' && field === 'email') return { field, text: t('emailIncomplete') }
    const code = Object.entries(known).find(([name]) => name === error.code)?.[1]
    return { field, text: code === undefined ? t('failed') : t(code) }
  }
}
