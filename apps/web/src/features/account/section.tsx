import type { ReactNode } from 'react'

type SectionProps = { title: string; sentence?: ReactNode; children?: ReactNode }

/** A part of a settings page: what it is about, and what can be done. */
export function Section({ title, sentence, children }: SectionProps) {
  return (
    <section aria-label={title} className="border-line border-b py-6 first:pt-2 last:border-b-0">
      <h2 className="font-semibold text-16 title-tracking">{title}</h2>
      {sentence === undefined ? null : <p className="mt-1 text-13 text-ink-2">{sentence}</p>}
      {children === undefined ? null : <div className="mt-4">{children}</div>}
    </section>
  )
}
