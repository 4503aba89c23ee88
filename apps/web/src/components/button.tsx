import { cva, type VariantProps } from 'class-variance-authority'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from './class-names.ts'

const button = cva(
  'inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap font-medium transition-colors duration-[90ms] disabled:opacity-50 disabled:pointer-events-none',
  {
    variants: {
      kind: {
        primary: 'bg-accent text-on-accent hover:bg-accent-2 forced-colors:border',
        plain: 'bg-raised text-ink inset-ring inset-ring-line-2 hover:bg-hover active:bg-press',
        ghost: 'text-ink-2 hover:bg-hover hover:text-ink active:bg-press',
        accent: 'text-accent-text hover:bg-hover active:bg-press',
        danger: 'text-danger hover:bg-hover active:bg-press',
        destroy: 'bg-danger text-surface hover:opacity-90 forced-colors:border',
        inherit: 'text-inherit hover:bg-hover active:bg-press',
      },
      size: {
        sm: 'h-[30px] gap-1.5 rounded-tile px-2.5 text-13 coarse:h-11',
        md: 'h-9 gap-2 rounded-button px-3.5 text-14 coarse:h-11',
        lg: 'h-11 gap-2 rounded-button px-[18px] text-15',
      },
    },
    defaultVariants: { kind: 'plain', size: 'md' },
  },
)

export type ButtonProps = ComponentProps<'button'> & VariantProps<typeof button>

export function Button({ kind, size, className, type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={cn(button({ kind, size }), className)} {...rest} />
}

/** The look of a button for what is a link. */
export function buttonLook(look: VariantProps<typeof button>, className?: string): string {
  return cn(button(look), className)
}

type IconButtonProps = Omit<ComponentProps<'button'>, 'aria-label' | 'children'> & {
  label: string
  small?: boolean
  children: ReactNode
}

/** A square button that shows only an icon; the label is its name and its hint. */
export function IconButton({ label, small = false, className, children, type = 'button', ...rest }: IconButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={cn(
        'relative inline-grid shrink-0 place-items-center rounded-tile text-ink-2 transition-colors duration-[90ms] hover:bg-hover hover:text-ink active:bg-press disabled:pointer-events-none disabled:opacity-50 coarse:size-11',
        small ? 'size-7' : 'size-8',
        className,
      )}
      {...rest}
    >
      {children}
    </button>
  )
}
