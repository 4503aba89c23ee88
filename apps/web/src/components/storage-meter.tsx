import { cn } from './class-names.ts'

/** What lies in the drive, one above the other: its colour, its bytes, and what it is. */
export type Layer = { id: string; colour: string; bytes: number; label: string; onOpen?: () => void }

type StorageMeterProps = {
  layers: readonly Layer[]
  reservedBytes: number
  allowedBytes: number
  /** "312 GB of 500 GB used", for readers. */
  label: string
  children: React.ReactNode
}

/** Used space as strata, space reserved by running uploads hatched, the free rest as track. */
export function StorageMeter({ layers, reservedBytes, allowedBytes, label, children }: StorageMeterProps) {
  // More than is allowed can be used, after a quota was lowered: then the layers fill the track.
  const whole = Math.max(
    allowedBytes,
    layers.reduce((sum, { bytes }) => sum + bytes, 0),
  )
  const used = layers.reduce((sum, { bytes }) => sum + share(bytes, whole), 0)
  const reserved = Math.min(share(reservedBytes, whole), 100 - used)
  return (
    <div className="px-2.5 pt-3">
      <div
        role="img"
        aria-label={label}
        className="flex h-1.5 gap-[1.5px] overflow-hidden rounded-full bg-track forced-colors:border"
      >
        <Layers layers={layers} percent={used} />
        {reserved > 0 ? (
          <i
            className="block h-full min-w-[2px] bg-[repeating-linear-gradient(135deg,var(--accent)_0_2px,transparent_2px_4px)]"
            style={{ width: `${reserved}%` }}
          />
        ) : null}
      </div>
      <div className="mt-2 text-12 text-ink-3">{children}</div>
    </div>
  )
}

/** With less than this of the track there is no room for gaps between the layers. */
const GAPS_PERCENT = 20

// The same way leads over the categories above, for keys and readers.
function Layers({ layers, percent }: { layers: readonly Layer[]; percent: number }) {
  const shown = layers.filter(({ bytes }) => bytes > 0)
  if (shown.length === 0) return null
  const roomy = percent >= GAPS_PERCENT
  return (
    <div className={cn('flex h-full min-w-1 overflow-hidden', roomy && 'gap-[1.5px]')} style={{ width: `${percent}%` }}>
      {shown.map(({ id, label, colour, bytes, onOpen }) => (
        // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: see above.
        <i
          key={id}
          title={label}
          onClick={onOpen}
          className={cn('block h-full', roomy && 'min-w-[2px]', onOpen && 'cursor-pointer')}
          style={{ flex: `${bytes} 0 0`, background: colour }}
        />
      ))}
    </div>
  )
}

function share(bytes: number, whole: number): number {
  return whole === 0 ? 0 : (100 * Math.max(0, bytes)) / whole
}
