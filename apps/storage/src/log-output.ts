import { type DestinationStream, destination } from 'pino'

const BUFFER_BYTES = 8 * 1024
const DELAY_MS = 200
const WARN = 40

interface LogOutput extends DestinationStream {
  /** pino writes the level of each line here. */
  lastLevel: number
  flushSync(): void
}

/**
 * Standard output, some lines at a time: one write(2) per request would cost as much as the file of a small upload. What
 * is a warning or worse goes out at once, with all before it.
 */
export function openLogOutput(): LogOutput {
  const output = destination({ dest: 1, sync: true, minLength: BUFFER_BYTES })
  let timer: NodeJS.Timeout | null = null
  // Not `flushSync`, which also waits for the disk.
  const flush = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    output.flush()
  }
  // A reader that is gone is noticed by `flush`, and pino gives up then; `flushSync` alone would try again for ever.
  const flushSync = () => {
    flush()
    output.flushSync()
  }
  process.on('exit', flushSync)
  const log: LogOutput = {
    lastLevel: 0,
    flushSync,
    write(line) {
      output.write(line)
      if (log.lastLevel >= WARN) flush()
      else timer ??= setTimeout(flush, DELAY_MS)
    },
  }
  return Object.assign(log, { [Symbol.for('pino.metadata')]: true })
}
