'use client'

import { useTranslations } from 'next-intl'
import { ApiFailure, Unreachable } from '../../lib/call-api.ts'
import type { NameProblem } from './name-problem.ts'

/** Sentences for what was refused. */
export function useChangeText() {
  const t = useTranslations('change')

  const problem = (found: NameProblem, name: string): string => {
    if (found.code === 'nameTooLong') return t('nameTooLong', { n: found.bytesOver })
    return found.code === 'nameDots' ? t('nameDots', { name }) : t(found.code)
  }

  const refusal = (error: unknown, name?: string): string => {
    if (error instanceof Unreachable) return t('unreachable')
    if (!(error instanceof ApiFailure)) throw error
    switch (error.code) {
      case 'name_taken':
        return name === undefined ? t('someTaken') : t('nameTaken', { name })
      case 'name_too_long':
        return t('nameTooLong', { n: Number(error.detail['bytesOver'] ?? 1) })
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
        return t('noStorage')
      default:
        return t('refused')
    }
  }

  return { problem, refusal }
}
