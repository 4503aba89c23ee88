import { appendWhole } from './atomic-file.ts'

/** Where the log ends; all who write it have this in common. */
export interface LogEnd {
  /** Which file is written now, and how many bytes of it. */
  index: number
  size: number
  /** Others than the log writer may write records, too. */
  isOpen: boolean
  /** Nobody else writes, or gives a record its time, meanwhile. */
  locked<T>(work: () => T): T
}

/** Of a log that one thread writes alone. */
export function createLogEnd(): LogEnd {
  return { index: 0, size: 0, isOpen: false, locked: (work) => work() }
}

/** Writes whole lines behind the last ones, all of them or none. Call it in `locked`. */
export function writeLines(fd: number, end: LogEnd, lines: string): void {
  const bytes = Buffer.from(lines, 'latin1')
  appendWhole(fd, end.size, bytes)
  end.size += bytes.length
}
