'use client'

import { useTranslations } from 'next-intl'
import type { ShareItem } from './schema.ts'

/** The words around a link. */
export function useShareText() {
  const t = useTranslations('shares')
  const title = ({ title: name, items }: Pick<ShareItem, 'title' | 'items'>) => {
    return t('titleMore', { name, more: Math.max(0, items - 1) })
  }
  return {
    title,
    /** What is copied to be sent: with the code where it is known, else the link alone. */
    message: (share: ShareItem, code: string | null) => {
      const values = { title: title(share), url: share.url ?? '' }
      return code === null ? t('copyTextOpen', values) : t('copyText', { ...values, code })
    },
  }
}
