import { cn } from '../../components/class-names.ts'
import { rowColumns } from './entry-row.tsx'

const widths = ['62%', '48%', '70%', '40%', '55%', '66%', '44%', '58%', '51%', '64%', '42%', '60%'] as const

/** A row that is not here yet, in the geometry of a real one. Static: nothing shimmers. */
export function SkeletonRow({ index, phone }: { index: number; phone: boolean }) {
  const width = widths[index % widths.length]
  const bar = 'h-3 rounded-tag bg-skeleton'
  if (phone) {
    return (
      <div className="flex h-full items-center gap-3.5 pl-3">
        <span className="size-10 shrink-0 rounded-button bg-skeleton" />
        <span className={bar} style={{ width }} />
      </div>
    )
  }
  return (
    <div className={cn(rowColumns, 'h-full')}>
      <span />
      <span className="flex items-center gap-3 pl-1">
        <span className="size-[26px] shrink-0 rounded-tile bg-skeleton" />
        <span className={bar} style={{ width }} />
      </span>
      <span className="hidden wide:block" />
      <span className={cn(bar, 'w-[86px]')} />
      <span className={cn(bar, 'w-11 justify-self-end')} />
    </div>
  )
}

/** The same as pictures. */
export function SkeletonCells({ label }: { label: string }) {
  return (
    <div
      role="status"
      aria-label={label}
      className="mx-5 grid animate-late grid-cols-[repeat(auto-fill,minmax(172px,1fr))] gap-4 pt-[38px] phone:mx-2.5 phone:grid-cols-2 phone:gap-2"
    >
      {widths.map((width) => (
        <div key={width} className="p-1.5">
          <span className="block aspect-4/3 rounded-card bg-skeleton" />
          <span className="mt-2.5 block h-3 rounded-tag bg-skeleton" style={{ width }} />
        </div>
      ))}
    </div>
  )
}

/** While a folder loads; invisible for the first 150 ms. */
export function SkeletonRows({ phone, height, label }: { phone: boolean; height: number; label: string }) {
  return (
    <div role="status" aria-label={label} className="animate-late px-4 phone:px-1">
      {widths.map((width, index) => (
        <div key={width} style={{ height }}>
          <SkeletonRow index={index} phone={phone} />
        </div>
      ))}
    </div>
  )
}
