import { initialsOf } from './initials.ts'

/** The round sign of a person. */
export function Avatar({ name }: { name: string }) {
  return (
    <span
      aria-hidden="true"
      // Drawn, not written: what is written in a button would have to be part of its name.
      data-initials={initialsOf(name)}
      className="grid size-[30px] shrink-0 place-items-center rounded-full bg-[color-mix(in_oklch,var(--category-archive)_18%,var(--surface))] font-semibold text-12 text-[var(--category-archive)] before:content-[attr(data-initials)]"
    />
  )
}
