import type { Speed } from './lane.ts'
import type { Row } from './matrix.ts'
import { whatOf } from './table.ts'

/** The same cells of several rounds as one: of each figure the median. */
export function medianRows(rows: readonly Row[]): Row[] {
  const cells = new Map<string, Row[]>()
  for (const row of rows) {
    const key = `${whatOf(row)} ${row.connections}`
    cells.set(key, [...(cells.get(key) ?? []), row])
  }
  return [...cells.values()].flatMap((same) => {
    const [first] = same
    if (first === undefined) return []
    return [
      {
        ...first,
        machine: medianSpeed(same.map(({ machine }) => machine)),
        async: medianSpeed(same.map((row) => row.async)),
        group: first.group === null ? null : medianSpeed(same.flatMap(({ group }) => group ?? [])),
      },
    ]
  })
}

/** The run in the middle. */
function medianSpeed(speeds: readonly Speed[]): Speed {
  const sorted = [...speeds].sort((a, b) => a.perSecond - b.perSecond)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error('no run, no median')
  return middle
}
