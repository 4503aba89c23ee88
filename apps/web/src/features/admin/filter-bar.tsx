import { Search } from 'lucide-react'
import type { ReactNode } from 'react'
import { Icon } from '../../components/icon.tsx'
import { useEarlyValue } from '../../components/use-early-value.ts'

/** What narrows a table down. */
export function FilterBar({ children }: { children: ReactNode }) {
  return <div className="flex shrink-0 flex-wrap items-center gap-2 px-6 pb-3 phone:px-4">{children}</div>
}

type SearchBoxProps = { label: string; value: string; onChange: (text: string) => void }

export function SearchBox({ label, value, onChange }: SearchBoxProps) {
  const field = useEarlyValue<HTMLInputElement>(value, onChange)
  return (
    <label className="flex h-[34px] min-w-0 items-center gap-2 rounded-button bg-sunken px-2.5 focus-within:outline-2 focus-within:outline-focus coarse:h-11 phone:basis-full">
      <Icon of={Search} size="small" className="text-ink-3" />
      <input
        ref={field}
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="w-52 min-w-0 bg-transparent text-13 outline-none phone:w-full phone:text-16"
      />
    </label>
  )
}

type ChoiceProps = {
  label: string
  value: string
  options: readonly { value: string; label: string }[]
  onChange: (value: string) => void
}

/** One of a few, in a list of the system. */
export function Choice({ label, value, options, onChange }: ChoiceProps) {
  const field = useEarlyValue<HTMLSelectElement>(value, onChange)
  return (
    <select
      ref={field}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="h-[34px] rounded-button bg-raised px-2 text-13 inset-ring inset-ring-line-2 coarse:h-11 phone:text-16"
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  )
}
