import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isErrno, makeFolder, readFileIfAny, removeIfAny, replaceFile } from './atomic-file.ts'

/** `data/.cairn-running`: a process works on this data folder. */
export interface RunningMark {
  /**
   * Unix seconds: names that an interrupted run drew say this time or a later one. Null after a clean end, and when no
   * Cairn process has worked here before.
   */
  readonly interruptedSince: number | null
  /**
   * The repair of an interrupted run begins. Its log tells more exactly since when names may lack a record; that is kept
   * until `settle`, over further crashes, because the repair itself writes later records. Returns the time to go by.
   */
  beginRepair(lastRecord: number): number
  /** What the interrupted run left is repaired: from now on only this process can leave something. */
  settle(now: number): void
  /** A clean end. */
  remove(): void
  /** The start failed: as if this process had never been here. */
  abandon(): void
}

const LINE = /^(\d+) (\d+) (\d+) (running|repairing)\n$/

/** Throws when the process that made the mark is still alive: two of them would destroy each other's files. */
export function takeRunningMark(basePath: string, now: number): RunningMark {
  makeFolder(join(basePath, 'data'))
  const path = join(basePath, 'data', '.cairn-running')
  const before = readFileIfAny(path)
  const [, pid, born, since, state] = LINE.exec(before ?? '') ?? []
  if (pid !== undefined && born !== undefined && birthOf(Number(pid)) === born) {
    throw new Error(`${basePath} is in use by process ${pid}`)
  }
  const interruptedSince = since === undefined ? null : Number(since)
  const write = (time: number, doing: 'running' | 'repairing') =>
    replaceFile(path, `${process.pid} ${birthOf(process.pid) ?? 0} ${time} ${doing}\n`)
  write(interruptedSince ?? now, state === 'repairing' ? 'repairing' : 'running')
  return {
    interruptedSince,
    beginRepair(lastRecord) {
      const from = interruptedSince ?? now
      const exact = state === 'repairing' ? from : Math.max(from, lastRecord)
      write(exact, 'repairing')
      return exact
    },
    settle: (time) => write(time, 'running'),
    remove: () => removeIfAny(path),
    abandon: () => (before === null ? removeIfAny(path) : replaceFile(path, before)),
  }
}

/**
 * Kernel's start time of a process, which tells it from a later one with the same number; null when it is gone. So is one
 * whose last thread has ended: it stays in the list until its parent asks, and the first process of a container may never.
 */
function birthOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // From field 3 on, counted behind the name, which may hold blanks and parentheses: state, … threads (20), …, start (22).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' && Number(fields[17]) <= 1 ? null : (fields[19] ?? null)
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH')) return null
    throw error
  }
}
