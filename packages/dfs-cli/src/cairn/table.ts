import { printable } from '../printable.ts'

/** Rows of texts in columns as wide as they need be; columns in `right` stand at their right edge. A cell is one line. */
export function table(texts: readonly (readonly string[])[], right: readonly number[] = []): string {
  const rows = texts.map((row) => row.map((cell) => printable(cell)))
  const widths = rows.reduce<number[]>((found, row) => {
    return row.map((cell, column) => Math.max(found[column] ?? 0, cell.length))
  }, [])
  const line = (row: readonly string[]) =>
    row.map((cell, column) =>
      right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
    )
  return rows.map((row) => `${line(row).join('  ').trimEnd()}\n`).join('')
}
