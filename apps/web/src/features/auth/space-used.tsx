'use client'

import { useTranslations } from 'next-intl'
import { cn } from '../../components/class-names.ts'
import { PageLink } from '../../components/page-link.tsx'
import { StorageMeter } from '../../components/storage-meter.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import type { Me, Space } from './schema.ts'

const NEARLY_FULL_PERCENT = 80
const FULL_PERCENT = 93

type SpaceProps = {
  quota: Me['quota']
  /** The way to unfinished uploads was taken. */
  onOpened?: (() => void) | undefined
}

/** The same as a bar of one colour, for places that do not know what the files are. */
export function SpaceMeter({ quota, onOpened }: SpaceProps) {
  const t = useTranslations('shell')
  const format = useFormat()
  const { usedBytes, reservedBytes, allowedBytes } = quota
  return (
    <StorageMeter
      layers={[{ id: 'used', colour: 'var(--accent)', bytes: usedBytes, label: '' }]}
      reservedBytes={reservedBytes}
      allowedBytes={allowedBytes}
      label={t('usedLabel', { used: format.size(usedBytes), allowed: format.size(allowedBytes) })}
    >
      <SpaceUsed quota={quota} onOpened={onOpened} />
    </StorageMeter>
  )
}

/** How much is used of what one may keep; of a group's space too, which is a second limit. */
export function SpaceUsed({ quota, onOpened }: SpaceProps) {
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
      <Held of={quota} onOpened={onOpened} />
      {group === undefined ? null : (
        <>
          <p className="mt-2.5 truncate" title={group.name}>
            <bdi>{group.name}</bdi>
          </p>
          <GroupBar group={group} />
          <p className="flex justify-between gap-2">
            <span>{textOf(group)}</span>
            <Percent of={group} />
          </p>
        </>
      )}
    </>
  )
}

/** Where space gets short, what of it unfinished uploads hold: it does not count as used, and is not free either. */
function Held({
  of: { usedBytes, reservedBytes, allowedBytes },
  onOpened,
}: { of: Space } & Pick<SpaceProps, 'onOpened'>) {
  const t = useTranslations('shell')
  const format = useFormat()
  if (reservedBytes === 0 || share(usedBytes + reservedBytes, allowedBytes) < NEARLY_FULL_PERCENT) return null
  return (
    <PageLink
      href="/settings/uploads"
      onClick={() => onOpened?.()}
      className="mt-0.5 block text-warn hover:underline coarse:py-3"
    >
      {t('held', { size: format.size(reservedBytes) })}
    </PageLink>
  )
}

/** Everybody's files in one bar: what they are is known of one's own only. */
function GroupBar({ group }: { group: Space & { name: string } }) {
  const t = useTranslations('shell')
  const format = useFormat()
  const { name, usedBytes, reservedBytes, allowedBytes } = group
  const used = share(usedBytes, allowedBytes)
  const reserved = Math.min(100 - used, share(reservedBytes, allowedBytes))
  const label = t('usedLabel', { used: format.size(usedBytes), allowed: format.size(allowedBytes) })
  return (
    <div
      role="img"
      aria-label={`${name}: ${label}`}
      className="my-1.5 flex h-1.5 overflow-hidden rounded-full bg-track forced-colors:border"
    >
      <i className={cn('block h-full forced-colors:bg-[CanvasText]', fillOf(used))} style={{ width: `${used}%` }} />
      <i
        className="block h-full bg-[repeating-linear-gradient(135deg,var(--accent)_0_2px,transparent_2px_4px)]"
        style={{ width: `${reserved}%` }}
      />
    </div>
  )
}

/** Of a limit that was lowered below what is kept, all of it. */
function share(bytes: number, allowed: number): number {
  if (allowed === 0) return bytes > 0 ? 100 : 0
  return Math.min(100, (100 * bytes) / allowed)
}

function fillOf(percent: number): string {
  if (percent >= FULL_PERCENT) return 'bg-danger'
  return percent >= NEARLY_FULL_PERCENT ? 'bg-warn-fill' : 'bg-accent'
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
