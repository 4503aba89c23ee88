import type { ReactNode } from 'react'

type PageBarProps = { title: ReactNode; note?: ReactNode; actions?: ReactNode }

/** The head of a page of the administration. */
export function PageBar({ title, note, actions }: PageBarProps) {
  return (
    <div className="flex min-h-[52px] shrink-0 flex-wrap items-center gap-x-3 gap-y-1 px-6 py-1.5 phone:min-h-12 phone:px-4 phone:py-2">
      <h1 className="font-semibold text-16 phone:text-18">{title}</h1>
      {note === undefined ? null : <span className="text-13 text-ink-3">{note}</span>}
      {actions === undefined ? null : <div className="ml-auto flex items-center gap-x-3">{actions}</div>}
    </div>
  )
}

/** Everything below the head scrolls. */
export function PageBody({ children }: { children: ReactNode }) {
  return (
    <div id="files" className="min-h-0 flex-1 overflow-y-auto pb-6 phone:pb-24">
      {children}
    </div>
  )
}
