import { readdirSync, readFileSync } from 'node:fs'

const TICKS_PER_SECOND = 100

interface Process {
  parent: number
  name: string
  cpuSeconds: number
}

/** Seconds of processor time since their start, by what the processes are. */
export type CpuByLabel = Map<string, number>

/** Programs that count by their name, where this process has started them. */
const PROGRAMS = [
  { name: /chrom/i, part: 'browser' },
  { name: /^postgres/, part: 'postgres' },
]

/**
 * A process counts as what `partOf` says of it or of its nearest ancestor, browsers and PostgreSQL by their names, and
 * everything else not at all. Linux only: elsewhere it is empty.
 */
export function cpuByPart(partOf: (pid: number) => string | null): CpuByLabel {
  const processes = process.platform === 'linux' ? running() : new Map<number, Process>()
  const sums: CpuByLabel = new Map()
  for (const [pid, { cpuSeconds }] of processes) {
    const part = nearestPart(processes, pid, partOf) ?? programOf(processes, pid)
    if (part !== null) sums.set(part, (sums.get(part) ?? 0) + cpuSeconds)
  }
  return sums
}

type Processes = ReadonlyMap<number, Process>

function nearestPart(processes: Processes, pid: number, partOf: (pid: number) => string | null): string | null {
  const found = processes.get(pid)
  return found === undefined ? null : (partOf(pid) ?? nearestPart(processes, found.parent, partOf))
}

function programOf(processes: Processes, pid: number): string | null {
  const name = processes.get(pid)?.name ?? ''
  const program = PROGRAMS.find((each) => each.name.test(name))
  return program !== undefined && isOurs(processes, pid) ? program.part : null
}

function isOurs(processes: Processes, pid: number): boolean {
  return pid === process.pid || (processes.has(pid) && isOurs(processes, processes.get(pid)?.parent ?? 0))
}

function running(): Map<number, Process> {
  const found = new Map<number, Process>()
  for (const entry of readdirSync('/proc')) {
    const stat = /^\d+$/.test(entry) ? statOf(entry) : null
    if (stat !== null) found.set(Number(entry), stat)
  }
  return found
}

/** Null: it has ended meanwhile. */
function statOf(pid: string): Process | null {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return null
    throw error
  }
  // The name stands in brackets and may itself have some.
  const end = text.lastIndexOf(')')
  const [, parent, ...fields] = text.slice(end + 2).split(' ')
  const ticks = Number(fields[9]) + Number(fields[10])
  return { parent: Number(parent), name: text.slice(text.indexOf('(') + 1, end), cpuSeconds: ticks / TICKS_PER_SECOND }
}
