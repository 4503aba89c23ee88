import type { EntryItem } from './schema.ts'

export type GridLine =
  /** `before`: entries of other headings above it. */
  | { kind: 'heading'; key: string; of: 'folders' | 'files'; count: number; before: number; text?: string }
  | { kind: 'folders' | 'files'; key: string; items: readonly EntryItem[] }

type GridOptions = {
  columns: number
  folderColumns: number
  /** Headings of their own for files, by the position of the entry below. */
  headings: ReadonlyMap<number, string>
}

/** The loaded entries as lines of a grid: folders, which come first in every order, then files. */
export function gridLines(items: readonly EntryItem[], { columns, folderColumns, headings }: GridOptions): GridLine[] {
  if (headings.size > 0) return groupedLines(items, columns, headings)
  const folders = items.filter(({ kind }) => kind === 'folder')
  const files = items.filter(({ kind }) => kind === 'file')
  return [
    ...section('folders', { entries: folders, columns: folderColumns, before: 0 }),
    ...section('files', { entries: files, columns, before: folders.length }),
  ]
}

function groupedLines(items: readonly EntryItem[], columns: number, headings: ReadonlyMap<number, string>): GridLine[] {
  const starts = [...headings.keys()]
  return starts.flatMap((start, index) => {
    const entries = items.slice(start, starts[index + 1])
    const [heading, ...lines] = section('files', { entries, columns, before: start })
    if (heading?.kind !== 'heading') return []
    return [{ ...heading, key: `heading-${start}`, text: headings.get(start) ?? '' }, ...lines]
  })
}

type Section = { entries: readonly EntryItem[]; columns: number; before: number }

function section(of: 'folders' | 'files', { entries, columns, before }: Section): GridLine[] {
  if (entries.length === 0) return []
  const lines: GridLine[] = [{ kind: 'heading', key: `heading-${of}`, of, count: entries.length, before }]
  for (let at = 0; at < entries.length; at += columns) {
    const items = entries.slice(at, at + columns)
    lines.push({ kind: of, key: `${of}-${items[0]?.id}`, items })
  }
  return lines
}
