'use client'

import { useTranslations } from 'next-intl'
import { cn } from '../../components/class-names.ts'
import { useFormat } from '../../i18n/use-format.ts'
import type { Me, Space } from './schema.ts'

const NEARLY_FULL_PERCENT = 80
const FULL_PERCENT = 93

/** How much is used of what one may keep; of a group's space too, which is a second limit. */
export function SpaceUsed({ quota }: { quota: Me['quota'] }) {
  const t = useTranslations('shell')
  const format = useFormat()
  const textOf = ({ usedBytes, allowedBytes }: Space) =>
    t.rich('used', {
      used: format.size(usedBytes),
      allowed: format.size(allowedBytes),
      b: (text) => <b className="font-[550] text-ink">{text}</b>,
    })
  const { group } = quota
  return (
    <>
      <p className="flex justify-between gap-2">
        <span>{textOf(quota)}</span>
        <Percent of={quota} />
      </p>
      {group === undefined ? null : (
        <>
          <p className="mt-1.5 truncate" title={group.name}>
            <bdi>{group.name}</bdi>
          </p>
          <p className="flex justify-between gap-2">
            <span>{textOf(group)}</span>
            <Percent of={group} />
          </p>
        </>
      )}
    </>
  )
}

function Percent({ of: { usedBytes, allowedBytes } }: { of: Space }) {
  const percent = allowedBytes === 0 ? 0 : Math.round((100 * usedBytes) / allowedBytes)
  return (
    <span
      className={cn(
        'tabular-nums',
        percent >= NEARLY_FULL_PERCENT && 'text-warn',
        percent >= FULL_PERCENT && 'text-danger',
      )}
    >
      {percent}%
    </span>
  )
}
