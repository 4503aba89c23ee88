const SHOWN = 50

/** A way as typed: the folders that are complete, and the beginning of the next name. */
export function splitPath(text: string): { above: string[]; begun: string } {
  const parts = text.split('/')
  return { above: parts.slice(0, -1).filter((name) => name !== ''), begun: parts.at(-1) ?? '' }
}

/** The ways that what was typed may become, given the folders in the last complete one. */
export function completionsOf(text: string, children: readonly string[]): string[] {
  const { above, begun } = splitPath(text)
  const wanted = begun.toLocaleLowerCase()
  return children
    .filter((name) => name.toLocaleLowerCase().startsWith(wanted))
    .slice(0, SHOWN)
    .map((name) => [...above, name, ''].join('/'))
}
