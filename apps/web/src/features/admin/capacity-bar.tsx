import { cn } from '../../components/class-names.ts'
import { fillTone, percentOf } from './storage-state.ts'

type CapacityBarProps = {
  totalBytes: number
  usedBytes: number
  reservedBytes?: number
  /** A tick marks where uploads stop. */
  keptBackBytes?: number
  large?: boolean
  /** For readers: "71% used, 4% reserved". */
  label: string
}

const fills = { ok: 'bg-accent', warn: 'bg-warn-fill', danger: 'bg-danger' } as const
const hatches = {
  ok: 'bg-[repeating-linear-gradient(135deg,var(--accent)_0_2px,transparent_2px_4px)]',
  warn: 'bg-[repeating-linear-gradient(135deg,var(--warn)_0_2px,transparent_2px_4px)]',
  danger: 'bg-[repeating-linear-gradient(135deg,var(--danger)_0_2px,transparent_2px_4px)]',
} as const

/** Used solid, reserved hatched, free the track. */
export function CapacityBar(props: CapacityBarProps) {
  const { totalBytes, usedBytes, reservedBytes = 0, keptBackBytes = 0, large = false, label } = props
  const tone = fillTone(usedBytes, totalBytes)
  const used = Math.min(100, share(usedBytes, totalBytes))
  const reserved = Math.min(100 - used, share(reservedBytes, totalBytes))
  const tick = 100 - share(keptBackBytes, totalBytes)
  return (
    <div
      role="img"
      aria-label={label}
      className={cn(
        'relative flex overflow-hidden rounded-full bg-sunken inset-ring inset-ring-line dark:bg-line forced-colors:border',
        large ? 'h-3' : 'h-2',
      )}
    >
      <i className={cn('block h-full forced-colors:bg-[CanvasText]', fills[tone])} style={{ width: `${used}%` }} />
      <i className={cn('block h-full', hatches[tone])} style={{ width: `${reserved}%` }} />
      {tick < 100 && tick > 0 ? (
        <i className="absolute inset-y-0 w-[1.5px] bg-ink-3" style={{ left: `${tick}%` }} />
      ) : null}
    </div>
  )
}

/** The numbers of the bar's label. */
export function barPercents(space: { totalBytes: number; usedBytes: number; reservedBytes: number }) {
  return {
    used: percentOf(space.usedBytes, space.totalBytes),
    reserved: percentOf(space.reservedBytes, space.totalBytes),
  }
}

function share(bytes: number, whole: number): number {
  return whole === 0 ? 0 : (100 * bytes) / whole
}
