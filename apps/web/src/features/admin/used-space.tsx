import { useTranslations } from 'next-intl'
import { useFormat } from '../../i18n/use-format.ts'
import { barPercents, CapacityBar } from './capacity-bar.tsx'

type UsedSpaceProps = { totalBytes: number; usedBytes: number; reservedBytes: number }

/** In a table: a short bar and the number. */
export function UsedSpace(space: UsedSpaceProps) {
  const t = useTranslations('people')
  const format = useFormat()
  return (
    <span className="flex items-center gap-2.5 tabular-nums">
      <span className="w-14">
        <CapacityBar {...space} label={t('usedShare', { p: barPercents(space).used })} />
      </span>
      <span className="w-16">{format.size(space.usedBytes)}</span>
    </span>
  )
}
