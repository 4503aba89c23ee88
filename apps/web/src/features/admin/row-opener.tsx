import { Ellipsis } from 'lucide-react'
import { IconButton } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'

type RowNameProps = { name: string; onOpen: () => void }

/** The name of a row, which opens what can be done about it. */
export function RowName({ name, onOpen }: RowNameProps) {
  return (
    <button
      type="button"
      onClick={onOpen}
      className="block max-w-full truncate rounded-tag text-left font-[450] text-14 hover:underline coarse:-my-3 coarse:py-3"
    >
      <bdi>{name}</bdi>
    </button>
  )
}

/** The same at the end of the row. */
export function RowMore({ label, onOpen }: { label: string; onOpen: () => void }) {
  return (
    <IconButton label={label} small onClick={onOpen}>
      <Icon of={Ellipsis} size="small" />
    </IconButton>
  )
}
