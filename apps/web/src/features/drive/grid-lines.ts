import type { EntryItem } from './schema.ts'

export type GridLine =
  /** `before`: entries of other headings above it. */
  | { kind: 'heading'; key: string; of: 'folders' | 'files'; count: number; before: number }
  | { kind: 'folders' | 'files'; key: string; items: readonly EntryItem[] }

/** The loaded entries as lines of a grid: folders, which come first in every order, then files. */
export function gridLines(
  items: readonly EntryItem[],
  { columns, folderColumns }: { columns: number; folderColumns: number },
): GridLine[] {
  const folders = items.filter(({ kind }) => kind === 'folder')
  const files = items.filter(({ kind }) => kind === 'file')
  return [
    ...section('folders', { entries: folders, columns: folderColumns, before: 0 }),
    ...section('files', { entries: files, columns, before: folders.length }),
  ]
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
