'use client'

import { useTranslations } from 'next-intl'
import { useFormat } from '../../i18n/use-format.ts'
import { NoticeBar } from './notice-bar.tsx'
import type { Saving } from './use-saving.ts'

/** Why the text is not saved, and what helps. */
export function TroubleBar({ saving, address }: { saving: Saving; address: string }) {
  const t = useTranslations('editor')
  const format = useFormat()
  const { trouble, save, overwrite, saveCopy } = saving
  if (trouble === null) return null
  const copy = { label: t('saveAsNew'), run: () => void saveCopy() }
  if (trouble.kind === 'changed') {
    return (
      <NoticeBar
        alert
        actions={[
          { label: t('keepBoth'), run: () => void saveCopy() },
          { label: t('overwrite'), run: () => void overwrite() },
          { label: t('lookAtTheirs'), run: () => void window.open(address, '_blank', 'noopener') },
        ]}
      >
        {t('trouble.changed')}
      </NoticeBar>
    )
  }
  if (trouble.kind === 'gone') {
    return (
      <NoticeBar alert actions={[copy]}>
        {t('trouble.gone')}
      </NoticeBar>
    )
  }
  const again = [{ label: t('tryAgain'), run: () => void save() }]
  return (
    <NoticeBar alert actions={trouble.kind === 'tooLarge' ? [] : again}>
      {trouble.kind === 'full'
        ? t('trouble.full', { size: format.size(trouble.missingBytes) })
        : t(`trouble.${trouble.kind}`)}
    </NoticeBar>
  )
}
