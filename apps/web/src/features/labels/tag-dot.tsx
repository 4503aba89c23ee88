import { cn } from '../../components/class-names.ts'
import { tagTone } from '../../components/tag-tone.ts'

/** The dot of a tag's colour. Its name stands beside it. */
export function TagDot({ colour, className }: { colour: string; className?: string }) {
  return (
    <span aria-hidden="true" className={cn('grid size-[18px] shrink-0 place-items-center', tagTone(colour), className)}>
      <span className="size-2.5 rounded-full bg-current forced-colors:border" />
    </span>
  )
}
