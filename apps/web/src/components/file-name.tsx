import { cn } from './class-names.ts'
import { splitName } from './split-name.ts'

/** A name on one line, cut in the middle when it is too long; its tail with version and extension always stays. */
export function FileName({ name, className }: { name: string; className?: string | undefined }) {
  const { head, tail, isRtl } = splitName(name)
  const direction = isRtl ? 'rtl' : undefined
  return (
    <span
      title={name}
      dir={direction}
      className={cn('flex min-w-0 font-[450] [text-autospace:no-autospace]', isRtl && 'justify-end', className)}
    >
      {/* It reads in its own direction, and begins where the others do. */}
      <bdi className="overflow-hidden text-ellipsis whitespace-pre">{head}</bdi>
      {tail === '' ? null : (
        <bdi dir={direction} className="shrink-0 whitespace-pre">
          {tail}
        </bdi>
      )}
    </span>
  )
}
