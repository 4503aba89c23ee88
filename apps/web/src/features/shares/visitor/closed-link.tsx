import { useTranslations } from 'next-intl'
import { DoorFrame } from '../../../components/door-frame.tsx'

/** One page for a link that never existed, has ended, was revoked or is used up. */
export function ClosedLink() {
  const t = useTranslations('visitor')
  return (
    <DoorFrame>
      <h1 className="font-[620] text-24 title-tracking">{t('closedTitle')}</h1>
      <p className="mt-1 text-ink-2">{t('closedSentence')}</p>
    </DoorFrame>
  )
}
