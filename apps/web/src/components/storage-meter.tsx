import { cn } from './class-names.ts'

type StorageMeterProps = {
  usedBytes: number
  reservedBytes: number
  allowedBytes: number
  /** "312 GB of 500 GB used", for readers. */
  label: string
  children: React.ReactNode
}

/** Used space solid, space reserved by running uploads hatched, the free rest as track. */
export function StorageMeter({ usedBytes, reservedBytes, allowedBytes, label, children }: StorageMeterProps) {
  const used = share(usedBytes, allowedBytes)
  const reserved = Math.min(share(reservedBytes, allowedBytes), 100 - used)
  return (
    <div className="px-2.5 pt-3">
      <div
        role="img"
        aria-label={label}
        className="flex h-1.5 gap-[1.5px] overflow-hidden rounded-full bg-track forced-colors:border"
      >
        {used > 0 ? <i className={cn('block h-full min-w-[2px]', fillOf(used))} style={{ width: `${used}%` }} /> : null}
        {reserved > 0 ? (
          <i
            className="block h-full min-w-[2px] bg-[repeating-linear-gradient(135deg,var(--accent)_0_2px,transparent_2px_4px)]"
            style={{ width: `${reserved}%` }}
          />
        ) : null}
      </div>
      <p className="mt-2 flex justify-between text-12 text-ink-3">{children}</p>
    </div>
  )
}

function share(bytes: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(100, (100 * bytes) / whole)
}

function fillOf(percent: number): string {
  if (percent >= 93) return 'bg-danger'
  return percent >= 80 ? 'bg-warn-fill' : 'bg-accent'
}
