import { useTranslations } from 'next-intl'
import { useEffect, useEffectEvent } from 'react'
import { DoorFrame } from '../../../components/door-frame.tsx'
import { useFormat } from '../../../i18n/use-format.ts'
import { useRest } from './use-rest.ts'

type CrowdedLinkProps = { seconds: number; onOver: () => void }

/** Too many came from one address at once: it waits, and then opens by itself. */
export function CrowdedLink({ seconds, onOver }: CrowdedLinkProps) {
  const t = useTranslations('visitor')
  const format = useFormat()
  const [rest] = useRest(seconds)
  const over = useEffectEvent(onOver)
  useEffect(() => {
    if (rest === 0) over()
  }, [rest])
  return (
    <DoorFrame>
      <h1 className="font-[620] text-24 title-tracking">{t('crowdedTitle')}</h1>
      <p role="status" className="mt-1 text-ink-2">
        {t('crowdedSentence', { t: format.duration(rest) })}
      </p>
    </DoorFrame>
  )
}
