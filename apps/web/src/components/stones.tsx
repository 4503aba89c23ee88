import { cn } from './class-names.ts'

// From the bottom: [filled, hollow]. The hollow outline is drawn inside, so that both have the same size.
const pebbles = [
  [
    'M1.20 11.50C1.20 8.90 6.13 8.80 10.35 8.80S18.80 9.20 18.80 11.40S15.28 13.60 10.00 13.60S1.20 13.60 1.20 11.50Z',
    'M1.80 11.50C1.80 9.50 6.13 9.40 10.35 9.40S18.20 9.80 18.20 11.40S15.28 13.00 10.00 13.00S1.80 13.00 1.80 11.50Z',
  ],
  [
    'M4.20 5.90C4.20 3.50 7.84 3.40 10.96 3.40S17.20 3.80 17.20 5.80S14.60 7.80 10.70 7.80S4.20 7.80 4.20 5.90Z',
    'M4.80 5.90C4.80 4.10 7.84 4.00 10.96 4.00S16.60 4.40 16.60 5.80S14.60 7.20 10.70 7.20S4.80 7.20 4.80 5.90Z',
  ],
  [
    'M6.60 1.10C6.60 -1.10 8.90 -1.20 10.70 -1.20S14.60 -0.80 14.60 0.80S12.90 2.60 10.50 2.60S6.60 2.60 6.60 1.10Z',
    'M7.20 1.10C7.20 -0.50 8.90 -0.60 10.70 -0.60S14.00 -0.20 14.00 0.80S12.90 2.00 10.50 2.00S7.20 2.00 7.20 1.10Z',
  ],
] as const

type StonesProps = {
  /** Copies that exist now, and copies that are wanted. */
  have: number
  want: number
  label: string
  className?: string
}

/** One filled stone for each stored copy, a hollow one for each that is on its way; above three, the number beside. */
export function Stones({ have, want, label, className }: StonesProps) {
  const shown = pebbles.slice(0, Math.min(3, Math.max(have, want, 1)))
  return (
    <span
      role="img"
      aria-label={label}
      title={label}
      className={cn(
        'inline-flex items-center gap-1 text-12 tabular-nums',
        have < want ? 'text-warn' : 'text-control',
        className,
      )}
    >
      <svg
        width="20"
        height="17"
        viewBox={shown.length > 2 ? '0 -3 20 17' : '0 0 20 17'}
        aria-hidden="true"
        className="forced-colors:text-[CanvasText]"
      >
        {shown.map(([filled, hollow], index) =>
          index < have ? (
            <path key={filled} d={filled} fill="currentColor" />
          ) : (
            <path key={filled} d={hollow} fill="none" stroke="currentColor" strokeWidth="1.2" />
          ),
        )}
      </svg>
      {want > 3 ? <span aria-hidden="true">{`${have}/${want}`}</span> : null}
    </span>
  )
}
