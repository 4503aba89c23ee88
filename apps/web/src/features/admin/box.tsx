import type { ReactNode } from 'react'
import { cn } from '../../components/class-names.ts'

type BoxProps = {
  title: string
  note?: ReactNode
  actions?: ReactNode
  children: ReactNode
  className?: string
}

/** A titled part of a page, framed by a hairline. */
export function Box({ title, note, actions, children, className }: BoxProps) {
  return (
    <section
      aria-label={title}
      className={cn('flex min-w-0 flex-col overflow-hidden rounded-dialog border border-line', className)}
    >
      <div className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-2 py-1 pr-3 pl-5 phone:pl-4">
        <h2 className="font-semibold">{title}</h2>
        {note === undefined ? null : <span className="text-13 text-ink-3">{note}</span>}
        <span className="flex-1" />
        {actions}
      </div>
      {children}
    </section>
  )
}

type FigureProps = { title: string; value: ReactNode; of?: ReactNode; note?: ReactNode; children?: ReactNode }

/** One key figure. Several stand in a `Figures`. */
export function Figure({ title, value, of, note, children }: FigureProps) {
  return (
    <div className="min-w-0 border-line px-5 py-4 not-first:border-l phone:px-4 phone:py-3.5 phone:first:col-span-2 phone:last:col-span-2 phone:not-first:border-t phone:nth-2:border-l-0 phone:last:border-l-0">
      <dt className="text-13 text-ink-2">{title}</dt>
      <dd>
        <span className="mt-0.5 block font-semibold text-24 tabular-nums title-tracking phone:text-18">
          {value}{' '}
          {of === undefined ? null : <small className="font-normal text-14 text-ink-3 tracking-normal">{of}</small>}
        </span>
        {children}
        {note === undefined ? null : <span className="mt-1 block text-12 text-ink-3">{note}</span>}
      </dd>
    </div>
  )
}

export function Figures({ children }: { children: ReactNode }) {
  return (
    <dl className="mx-6 grid grid-cols-[1.35fr_1fr_1fr_1fr] rounded-dialog border border-line phone:mx-4 phone:grid-cols-2">
      {children}
    </dl>
  )
}
