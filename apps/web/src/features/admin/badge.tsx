import type { ReactNode } from 'react'
import { cn } from '../../components/class-names.ts'
import type { Tone } from './storage-state.ts'

const looks: Record<Tone, string> = {
  ok: 'text-ok bg-[color-mix(in_oklch,var(--ok)_13%,var(--surface))]',
  info: 'text-accent-text bg-select',
  progress: 'text-accent-text bg-select',
  warn: 'text-warn bg-warn-soft',
  danger: 'text-danger bg-[color-mix(in_oklch,var(--danger)_11%,var(--surface))]',
  quiet: 'text-ink-2 bg-sunken',
}

/** A state: a dot and its word, never colour alone. A hollow ring is on its way. */
export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span
      className={cn(
        'inline-flex h-[22px] items-center gap-1.5 whitespace-nowrap rounded-full px-2 font-medium text-12 forced-colors:border',
        looks[tone],
      )}
    >
      <i
        aria-hidden="true"
        className={cn('size-1.5 rounded-full', tone === 'progress' ? 'border-[1.5px] border-current' : 'bg-current')}
      />
      {children}
    </span>
  )
}
