import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isErrno, makeFolder, readFileIfAny, removeIfAny, replaceFile } from './atomic-file.ts'

/** Left by a process that ended without closing its files. */
interface InterruptedRun {
  /** Unix seconds: the first name that the process drew says this time or a later one. */
  readonly startedAt: number
}

/** `data/.cairn-running`: a process works on this data folder. */
export interface RunningMark {
  /** Null after a clean end, and when no Cairn process has worked here before. */
  readonly interrupted: InterruptedRun | null
  remove(): void
}

/** Throws when the process that made the mark is still alive: two of them would destroy each other's files. */
export function takeRunningMark(basePath: string, now: number): RunningMark {
  makeFolder(join(basePath, 'data'))
  const path = join(basePath, 'data', '.cairn-running')
  const [, pid, born, startedAt] = /^(\d+) (\d+) (\d+)\n$/.exec(readFileIfAny(path) ?? '') ?? []
  if (pid !== undefined && born !== undefined && birthOf(Number(pid)) === born) {
    throw new Error(`${basePath} is in use by process ${pid}`)
  }
  replaceFile(path, `${process.pid} ${birthOf(process.pid) ?? 0} ${now}\n`)
  return {
    interrupted: startedAt === undefined ? null : { startedAt: Number(startedAt) },
    remove: () => removeIfAny(path),
  }
}

/** Kernel's start time of a process, which tells it from a later one with the same number; null when it is gone. */
function birthOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // Field 22, counted behind the name, which may hold blanks and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH')) return null
    throw error
  }
}
