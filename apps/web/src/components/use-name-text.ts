'use client'

import { useTranslations } from 'next-intl'
import type { NameProblem } from '../lib/entries/name-problem.ts'

/** What is wrong with a name, as a sentence. */
export function useNameText(): (found: NameProblem, name: string) => string {
  const t = useTranslations('change')
  return (found, name) => {
    if (found.code === 'nameTooLong') return t('nameTooLong', { n: found.bytesOver })
    return found.code === 'nameDots' ? t('nameDots', { name }) : t(found.code)
  }
}
