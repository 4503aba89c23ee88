export type CsvCell = string | number | boolean | null

// A spreadsheet takes a cell that begins like this as a formula, and runs it; one set up for Chinese or Japanese takes
// the wide forms too.
const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/
const NEEDS_QUOTES = /[",\r\n]/
/** Tells Excel that the file is UTF-8. */
export const CSV_START = '\uFEFF'

/** One line of a CSV file (RFC 4180). Text that a spreadsheet would run as a formula is kept from it by an apostrophe. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(cell: CsvCell): string {
  if (cell === null) return ''
  if (typeof cell !== 'string') return String(cell)
  const text = FORMULA_START.test(cell) ? `'${cell}` : cell
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
