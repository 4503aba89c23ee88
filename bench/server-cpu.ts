import { readFileSync } from 'node:fs'
import type { Speed } from './lane.ts'

const TICKS_PER_SECOND = 100
/** Fields of /proc/<pid>/stat behind the name of the program, which ends with a bracket. */
const USER_TICKS = 11
const SYSTEM_TICKS = 12

/** Adds what a process took of the processors to how fast it was. Speeds suffer from other work on a machine, this hardly. */
export async function withCpu(pid: number, load: () => Promise<Speed>): Promise<Speed> {
  const before = cpuSeconds(pid)
  const speed = await load()
  const after = cpuSeconds(pid)
  if (before === null || after === null || speed.operations === 0) return speed
  return { ...speed, cpuUs: ((after - before) / speed.operations) * 1e6 }
}

/** Null where there is no /proc. */
function cpuSeconds(pid: number): number | null {
  if (process.platform !== 'linux') return null
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) / TICKS_PER_SECOND
}
