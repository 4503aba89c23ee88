import type { ReactNode } from 'react'

type MarkedNameProps = { name: string; ranges: readonly (readonly [number, number])[] }

/** A name with the parts that were looked for in bold. */
export function MarkedName({ name, ranges }: MarkedNameProps) {
  const parts: ReactNode[] = []
  let at = 0
  for (const [from, to] of ranges) {
    parts.push(
      name.slice(at, from),
      <mark key={from} className="bg-transparent font-semibold text-accent-text">
        {name.slice(from, to)}
      </mark>,
    )
    at = to
  }
  return (
    <bdi title={name} className="block truncate whitespace-pre text-left [text-autospace:no-autospace]">
      {parts}
      {name.slice(at)}
    </bdi>
  )
}
