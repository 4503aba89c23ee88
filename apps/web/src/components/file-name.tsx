import { cn } from './class-names.ts'
import { splitName } from './split-name.ts'

/** A name on one line, cut in the middle when it is too long; its tail with version and extension always stays. */
export function FileName({ name, className }: { name: string; className?: string }) {
  const { head, tail } = splitName(name)
  return (
    <bdi title={name} className={cn('flex min-w-0 font-[450] text-left', className)}>
      <span className="overflow-hidden text-ellipsis whitespace-pre">{head}</span>
      {tail === '' ? null : <span className="shrink-0 whitespace-pre">{tail}</span>}
    </bdi>
  )
}
