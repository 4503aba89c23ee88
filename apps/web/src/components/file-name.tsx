import { cn } from './class-names.ts'
import { splitName } from './split-name.ts'

/** A name on one line, cut in the middle when it is too long; its tail with version and extension always stays. */
export function FileName({ name, className }: { name: string; className?: string | undefined }) {
  const { head, tail } = splitName(name)
  return (
    <span title={name} className={cn('flex min-w-0 font-[450] [text-autospace:no-autospace]', className)}>
      {/* It reads in its own direction, and begins where the others do. */}
      <bdi className="overflow-hidden text-ellipsis whitespace-pre">{head}</bdi>
      {tail === '' ? null : <bdi className="shrink-0 whitespace-pre">{tail}</bdi>}
    </span>
  )
}
