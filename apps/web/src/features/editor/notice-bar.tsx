import type { ReactNode } from 'react'
import { Button } from '../../components/button.tsx'
import { cn } from '../../components/class-names.ts'

type NoticeBarProps = {
  /** Something that somebody has to decide. */
  alert?: boolean
  actions?: readonly { label: string; run: () => void }[]
  children: ReactNode
}

/** One fact above the text, and what can be done about it. */
export function NoticeBar({ alert = false, actions = [], children }: NoticeBarProps) {
  return (
    <div
      role={alert ? 'alert' : 'status'}
      className={cn(
        'flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-line border-b px-5 py-2 text-13',
        alert ? 'bg-warn-soft text-ink' : 'bg-canvas text-ink-2',
      )}
    >
      <span className="min-w-[200px] flex-1">{children}</span>
      <span className="flex flex-wrap gap-2">
        {actions.map(({ label, run }) => (
          <Button key={label} size="sm" onClick={run}>
            {label}
          </Button>
        ))}
      </span>
    </div>
  )
}
