'use client'

import { useTranslations } from 'next-intl'
import { CopyButton } from '../../components/copy-button.tsx'
import { Field } from '../../components/field.tsx'

/** A link that was made just now and is shown this once, to be passed on. */
export function LinkField({ link }: { link: string }) {
  const t = useTranslations('people')
  return (
    <Field
      label={t('resetMade')}
      compact
      readOnly
      value={link}
      onFocus={(event) => event.target.select()}
      className="font-mono"
      end={<CopyButton text={link} label={t('copyLink')} />}
    />
  )
}
