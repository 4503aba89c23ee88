import type { LucideIcon } from 'lucide-react'
import type { Hit } from './schema.ts'

/** Something the palette can do besides finding. */
export type PaletteCommand = {
  id: string
  label: string
  /** What tells it from others with the same label. */
  note?: string
  icon: LucideIcon
  keys?: string
  run: () => void
}

/** One line of the palette. */
export type PaletteItem =
  | { kind: 'hit'; id: string; hit: Hit }
  | { kind: 'command'; id: string; command: PaletteCommand }
  | { kind: 'search'; id: string; text: string }
  /** Everything that was found, as a page. */
  | { kind: 'all'; id: string; found: string }

/** What a page finds besides files, for what was typed. */
export type PaletteFound = { title: 'people' | 'groups' | 'storages'; commands: readonly PaletteCommand[] }
export type PaletteFinding = (text: string, signal: AbortSignal) => Promise<PaletteFound[]>

export type PaletteGroup = {
  title: 'files' | 'recent' | 'searches' | 'commands' | PaletteFound['title']
  items: readonly PaletteItem[]
}

const COMMANDS_BESIDE_HITS = 3

export type GroupsOptions = {
  typed: string
  hits: readonly Hit[]
  /** How many there are in all, as it is shown. */
  found: string
  recent: readonly Hit[]
  searches: readonly string[]
  /** Besides files; before them. */
  others?: readonly PaletteFound[]
  commands: readonly PaletteCommand[]
}

/** What is listed: with ">" commands only; with nothing typed what was recent; else what was found, then commands. */
export function groupsOf({
  typed,
  hits,
  found,
  recent,
  searches,
  others = [],
  commands,
}: GroupsOptions): PaletteGroup[] {
  const text = typed.trim()
  const onlyCommands = text.startsWith('>') && !/^>\s*=?\s*\d/.test(text)
  const wanted = (onlyCommands ? text.slice(1) : text).trim().toLocaleLowerCase()
  const fitting = commands.filter(({ label }) => label.toLocaleLowerCase().includes(wanted))
  const toHit = (hit: Hit): PaletteItem => ({ kind: 'hit', id: `hit-${hit.id}`, hit })
  const toCommand = (command: PaletteCommand): PaletteItem => ({ kind: 'command', id: `do-${command.id}`, command })
  const groups: PaletteGroup[] = []
  if (!onlyCommands && text !== '')
    groups.push(...others.map(({ title, commands: items }) => ({ title, items: items.map(toCommand) })))
  if (!onlyCommands && text !== '' && hits.length > 0) {
    groups.push({ title: 'files', items: [...hits.map(toHit), { kind: 'all', id: 'all', found }] })
  }
  if (text === '') {
    groups.push({ title: 'recent', items: recent.map(toHit) })
    const toSearch = (old: string): PaletteItem => ({ kind: 'search', id: `again-${old}`, text: old })
    groups.push({ title: 'searches', items: searches.map(toSearch) })
  }
  const shown = onlyCommands ? fitting : fitting.slice(0, COMMANDS_BESIDE_HITS)
  groups.push({ title: 'commands', items: shown.map(toCommand) })
  return groups.filter(({ items }) => items.length > 0)
}
