'use client'

import { useTranslations } from 'next-intl'
import { nameInSentence } from '../../components/split-name.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { ApiFailure, Unreachable } from '../../lib/call-api.ts'
import { JobStopped } from './job-ends.ts'

/** Sentences for what was refused. */
export function useChangeText() {
  const t = useTranslations('change')
  const format = useFormat()

  const refusal = (error: unknown, name?: string): string => {
    if (error instanceof JobStopped) return error.message
    if (error instanceof Unreachable) return t('unreachable')
    if (!(error instanceof ApiFailure)) throw error
    switch (error.code) {
      case 'name_taken':
        return name === undefined ? sentence(error.code) : t('nameTaken', { name: nameInSentence(name) })
      case 'name_too_long':
        return t('nameTooLong', { n: Number(error.detail['bytesOver'] ?? 1) })
      case 'quota_exceeded':
        return t('quotaExceeded', { size: format.size(Number(error.detail['missingBytes'] ?? 0)) })
      default:
        return sentence(error.code)
    }
  }

  /** For a code alone: why something that went on in the background has stopped. */
  const sentence = (code: string): string => {
    switch (code) {
      case 'quota_exceeded':
        return t('driveFull')
      case 'name_taken':
        return t('someTaken')
      case 'name_invalid':
        return t('nameControl')
      case 'move_into_self':
        return t('moveIntoSelf')
      case 'too_deep':
        return t('tooDeep')
      case 'not_found':
      case 'folder_gone':
        return t('gone')
      case 'no_storage':
      case 'no_room':
        return t('noStorage')
      default:
        return t('refused')
    }
  }

  return { refusal, sentence }
}
