import type { ComponentProps } from 'react'
import { cn } from './class-names.ts'

/** A filter to press: on or off. */
export function Chip({ pressed, className, ...rest }: ComponentProps<'button'> & { pressed: boolean }) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      className={cn(
        'inline-flex h-7 shrink-0 items-center gap-1 rounded-full px-2.5 font-medium text-13 coarse:h-9',
        pressed
          ? 'bg-select text-accent-text forced-colors:outline-2'
          : 'text-ink-2 inset-ring inset-ring-line-2 hover:bg-hover',
        className,
      )}
      {...rest}
    />
  )
}
