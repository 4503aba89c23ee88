'use client'

import { useTranslations } from 'next-intl'
import { useFormat } from '../../i18n/use-format.ts'
import type { Refused } from './session-client.ts'

/** Why the door stays closed. */
export function useRefusalText(): (refusal: Refused) => string {
  const t = useTranslations('auth')
  const format = useFormat()
  return (refusal) => {
    if (refusal.reason === 'too_many') return t('tooMany', { time: format.duration(refusal.seconds) })
    return t(refusal.reason)
  }
}
