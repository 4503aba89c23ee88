import { writeSync } from 'node:fs'

const BUFFER_CHARS = 8 * 1024
const DELAY_MS = 200
const WARN = 40
const STANDARD_OUTPUT = 1
const BUSY_MS = 10

/** Where a daemon's log goes: what pino takes for a destination. */
interface LogOutput {
  /** pino writes the level of each line here. */
  lastLevel: number
  write(line: string): void
  flush(): void
}

/**
 * Standard output, some lines at a time: one write(2) per request would cost as much as the file of a small upload. What
 * is a warning or worse goes out at once, with all before it. Lines that cannot be written are lost, because the disk of
 * the log is full or its reader is gone: no daemon ends for that, as it would with the stream of pino (sonic-boom), which
 * throws what a write says and keeps the lines.
 */
export function openLogOutput(): LogOutput {
  let text = ''
  let timer: NodeJS.Timeout | null = null
  let isCut = false
  const flush = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    // What follows half a line begins a new one.
    const bytes = Buffer.from(isCut ? `\n${text}` : text)
    text = ''
    if (bytes.length > 0) isCut = !writeAll(bytes)
  }
  process.on('exit', flush)
  const log: LogOutput = {
    lastLevel: 0,
    flush,
    write(line) {
      text += line
      if (log.lastLevel >= WARN || text.length >= BUFFER_CHARS) flush()
      else timer ??= setTimeout(flush, DELAY_MS)
    },
  }
  return Object.assign(log, { [Symbol.for('pino.metadata')]: true })
}

/** False when not everything could be written. */
function writeAll(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(STANDARD_OUTPUT, bytes, at)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return false
      // A pipe whose reader is slower than this.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MS)
    }
  }
  return true
}
