const WHAT_WIDTH = 32
const CELL_WIDTH = 12

export interface Row {
  what: string
  sizeName: string
  sizeBytes: number
  result: { perSecond: number; p50Ms?: number; p99Ms?: number }
  /** Operations per second of the plain loop that this row is held against. */
  machinePerSecond?: number
}

function line(cells: string[]): string {
  const [what = '', ...rest] = cells
  return `${what.padEnd(WHAT_WIDTH)}${rest.map((cell) => cell.padStart(CELL_WIDTH)).join('')}\n`
}

export function headline(): string {
  const titles = line(['what', 'size', 'per second', 'MB/s', 'p50 ms', 'p99 ms', 'of machine'])
  return `${titles}${'-'.repeat(titles.length - 1)}\n`
}

/** Bytes per second as MB/s (1000-based). */
export function megabytes(bytesPerSecond: number): string {
  return (bytesPerSecond / 1e6).toFixed(0)
}

export function formatRow(row: Row): string {
  const { perSecond, p50Ms, p99Ms } = row.result
  return line([
    row.what,
    row.sizeName,
    perSecond.toFixed(perSecond >= 100 ? 0 : 1),
    megabytes(perSecond * row.sizeBytes),
    p50Ms?.toFixed(2) ?? '',
    p99Ms?.toFixed(2) ?? '',
    row.machinePerSecond === undefined ? '' : `${((perSecond / row.machinePerSecond) * 100).toFixed(0)} %`,
  ])
}
