import { Check } from 'lucide-react'
import { cn } from '../../../components/class-names.ts'
import { Icon } from '../../../components/icon.tsx'

/** The drawing of a checkbox. */
export function Tick({ checked }: { checked: boolean }) {
  return (
    <span
      className={cn(
        'grid size-4 place-items-center rounded-tag forced-colors:border',
        checked ? 'bg-accent text-on-accent' : 'inset-ring-[1.5px] inset-ring-control',
      )}
    >
      {checked ? <Icon of={Check} size="tiny" strokeWidth={3} className="size-3" /> : null}
    </span>
  )
}
