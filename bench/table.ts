import type { DaemonCosts } from './daemon-costs.ts'
import { fastdfsFigure } from './fastdfs-figures.ts'
import type { HttpRow } from './http-rows.ts'
import type { Speed } from './lane.ts'
import type { Row } from './matrix.ts'
import type { Size } from './sizes.ts'

const WHAT_WIDTH = 18
const CELL_WIDTH = 12

function line(cells: readonly string[]): string {
  const [what = '', ...rest] = cells
  return `${what.padEnd(WHAT_WIDTH)}${rest.map((cell) => cell.padStart(CELL_WIDTH)).join('')}\n`
}

function titles(cells: readonly string[]): string {
  const text = line(cells)
  return `${text}${'-'.repeat(text.length - 1)}\n`
}

export function matrixTitles(): string {
  const columns = ['connections', 'machine', 'async', 'MB/s', 'p99 ms', 'of machine', 'group']
  const beside = ['FastDFS', ': FastDFS', 'CPU µs', 'FastDFS', ': FastDFS', 'client µs']
  return titles(['operations/s', ...columns, ...beside])
}

export function matrixRow(row: Row): string {
  const { connections, machine, async: plain, group, size } = row
  const what = whatOf(row)
  const fastdfs = fastdfsFigure(what, connections)
  return line([
    what,
    String(connections),
    count(machine.perSecond),
    count(plain.perSecond),
    size === null || row.operation === 'delete' ? '' : megabytes(plain, size),
    plain.p99Ms?.toFixed(2) ?? '',
    `${((100 * plain.perSecond) / machine.perSecond).toFixed(0)} %`,
    group === null ? '' : count(group.perSecond),
    fastdfs === null ? '' : count(fastdfs.perSecond),
    fastdfs === null ? '' : (plain.perSecond / fastdfs.perSecond).toFixed(2),
    plain.cpuUs?.toFixed(0) ?? '',
    fastdfs === null ? '' : fastdfs.cpuUs.toFixed(0),
    fastdfs === null || plain.cpuUs === undefined ? '' : (plain.cpuUs / fastdfs.cpuUs).toFixed(2),
    plain.clientCpuUs?.toFixed(0) ?? '',
  ])
}

export function whatOf({ operation, size }: Pick<Row, 'operation' | 'size'>): string {
  return size === null ? operation : `${operation} ${size.name}`
}

export function httpTitles(): string {
  return titles(['over HTTP', 'connections', 'tus upload/s', 'MB/s', 'p99 ms', 'GET/s', 'MB/s', 'p99 ms'])
}

export function httpRow({ size, connections, upload, download }: HttpRow): string {
  const cells = [upload, download].flatMap((speed) => [
    count(speed.perSecond),
    megabytes(speed, size),
    speed.p99Ms?.toFixed(2) ?? '',
  ])
  return line([size.name, String(connections), ...cells])
}

export function costLines({ connections, trackerMb, storageMb, startMs }: DaemonCosts): string {
  const memory = (mb: number | null) => (mb === null ? 'unknown' : `${mb.toFixed(0)} MB`)
  return (
    `with ${connections} connections: tracker ${memory(trackerMb)}, storage ${memory(storageMb)}\n` +
    `start of the storage on what this run has left: ${startMs.toFixed(0)} ms\n`
  )
}

function count(perSecond: number): string {
  return perSecond.toFixed(perSecond >= 100 ? 0 : 1)
}

/** 1000-based. */
function megabytes(speed: Speed, size: Size): string {
  return ((speed.perSecond * size.bytes) / 1e6).toFixed(0)
}
