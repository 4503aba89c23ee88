'use client'

import { useTranslations } from 'next-intl'
import { type Layer, StorageMeter } from '../../components/storage-meter.tsx'
import type { Me } from '../../features/auth/schema.ts'
import { SpaceUsed } from '../../features/auth/space-used.tsx'
import { useDrive } from '../../features/drive/drive-context.tsx'
import { useLabels } from '../../features/labels/use-labels.ts'
import { useFormat } from '../../i18n/use-format.ts'

const order = ['video', 'image', 'document', 'archive', 'audio', 'other'] as const

/** How full the drive is and with what: one layer per category, in its colour; a click opens its files. */
export function Strata({ me, onOpened }: { me: Me; onOpened?: (() => void) | undefined }) {
  const t = useTranslations('shell')
  const format = useFormat()
  const { usedBytes, reservedBytes, allowedBytes } = me.quota
  const used = format.size(usedBytes)
  const allowed = format.size(allowedBytes)
  return (
    <StorageMeter
      layers={useLayers(usedBytes)}
      reservedBytes={reservedBytes}
      allowedBytes={allowedBytes}
      label={t('usedLabel', { used, allowed })}
    >
      <SpaceUsed quota={me.quota} onOpened={onOpened} />
    </StorageMeter>
  )
}

function useLayers(usedBytes: number): Layer[] {
  const t = useTranslations('places')
  const format = useFormat()
  const drive = useDrive()
  const labels = useLabels()
  if (labels === undefined) return [{ id: 'used', colour: 'var(--accent)', bytes: usedBytes, label: '' }]
  const bytesOf = new Map(labels.categories.map(({ category, bytes }) => [category, bytes]))
  const layers = order.map((category): Layer => {
    const bytes = bytesOf.get(category) ?? 0
    return {
      id: category,
      colour: `var(--category-${category})`,
      bytes,
      label: t('layer', { name: t(`category.${category}`), size: format.size(bytes) }),
      onOpen: () => drive.open(`~category.${category}`),
    }
  })
  // What counts and is not to be seen lies at the end.
  const rest = usedBytes - layers.reduce((sum, { bytes }) => sum + bytes, 0)
  const hidden = { id: 'rest', colour: 'var(--control)', bytes: rest, label: t('rest', { size: format.size(rest) }) }
  return rest > 0 ? [...layers, hidden] : layers
}
