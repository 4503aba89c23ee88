'use client'

import { Files, Gauge } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Menu } from '../../components/menu.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import type { UploadEngine } from './upload-engine.ts'
import { keepLimits, keptLimits, SPEEDS, type UploadLimits } from './upload-limits.ts'

/** How fast this device sends, and how many files at once. */
export function LimitsMenu({ engine }: { engine: UploadEngine }) {
  const t = useTranslations('uploads')
  const format = useFormat()
  const [limits, setLimits] = useState(keptLimits)
  const choose = (change: Partial<UploadLimits>) => {
    const next = { ...limits, ...change }
    setLimits(next)
    keepLimits(next)
    engine.limit(next)
  }
  const nameOf = (speed: number | null) =>
    speed === null ? t('noLimit') : t('atMost', { speed: t('speed', { size: format.size(speed) }) })
  const speeds = [null, ...SPEEDS].map((speed) => ({
    id: String(speed),
    label: nameOf(speed),
    icon: Gauge,
    checked: limits.bytesPerSecond === speed,
    run: () => choose({ bytesPerSecond: speed }),
  }))
  const several = (['several', 'one'] as const).map((atOnce) => ({
    id: atOnce,
    label: t(atOnce === 'one' ? 'oneAtOnce' : 'severalAtOnce'),
    icon: Files,
    checked: limits.atOnce === atOnce,
    run: () => choose({ atOnce }),
  }))
  return (
    <Menu
      label={t('limits')}
      align="start"
      groups={[speeds, several]}
      trigger={
        <Button kind="ghost" size="sm" className="mr-auto" title={t('limits')}>
          <Icon of={Gauge} size="small" />
          {nameOf(limits.bytesPerSecond)}
        </Button>
      }
    />
  )
}
