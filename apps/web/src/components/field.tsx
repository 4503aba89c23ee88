import { type ComponentProps, type ReactNode, useId } from 'react'
import { cn } from './class-names.ts'

type FieldProps = Omit<ComponentProps<'input'>, 'id'> & {
  label: string
  /** Replaces the hint; announced at once. */
  error?: string | undefined
  hint?: ReactNode
  /** At the other end of the label's line: a way out. */
  aside?: ReactNode
  /** Beside the text, inside the frame. */
  end?: ReactNode
  compact?: boolean
}

/** A labelled input with its hint or its error below. */
export function Field({ label, error, hint, aside, end, compact = false, className, ...input }: FieldProps) {
  const id = useId()
  const note = error ?? hint
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3">
      <label htmlFor={id} className={cn('mb-1.5 font-medium text-13', aside === undefined && 'col-span-2')}>
        {label}
      </label>
      <div
        className={cn(
          'col-span-2 flex w-full min-w-0 items-center gap-2 rounded-button bg-field inset-ring inset-ring-control focus-within:inset-ring-focus focus-within:outline-2 focus-within:outline-focus',
          compact ? 'h-[38px] pl-3 text-14 coarse:h-11' : 'h-11 pl-3 text-15',
          end === undefined ? 'pr-3' : 'pr-1',
          error !== undefined && 'inset-ring-[1.5px] inset-ring-danger',
          className,
        )}
      >
        <input
          id={id}
          aria-invalid={error !== undefined}
          aria-describedby={note === undefined ? undefined : `${id}-note`}
          className="h-full min-w-0 flex-1 bg-transparent outline-none phone:text-16"
          {...input}
        />
        {end}
      </div>
      {note === undefined ? null : (
        <div
          id={`${id}-note`}
          role={error === undefined ? undefined : 'alert'}
          className={cn(
            'col-span-2 mt-1.5 flex items-center text-12 leading-[18px]',
            error === undefined ? 'text-ink-3' : 'text-danger',
          )}
        >
          {note}
        </div>
      )}
      {/* Tab leads from field to field, and only then to the way out. */}
      {aside === undefined ? null : <div className="col-start-2 row-start-1 text-13">{aside}</div>}
    </div>
  )
}
