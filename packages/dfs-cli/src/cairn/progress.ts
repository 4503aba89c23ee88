import { SingleBar } from 'cli-progress'
import { humanSize } from '../human-size.ts'
import type { Terminal } from '../terminal.ts'

export interface Progress {
  /** Bytes so far. */
  onProgress(bytes: number): void
  stop(): void
}

/** A line with a bar, speed and time left, for who looks at it; silent when the output goes elsewhere. */
export function showProgress(terminal: Terminal, name: string, total: number): Progress {
  const { progressStream } = terminal
  if (progressStream === undefined) return { onProgress: () => undefined, stop: () => undefined }
  const bar = new SingleBar({
    format: '{name}  {bar}  {percentage} %  {speed}/s  {eta_formatted} left',
    stream: progressStream,
    clearOnComplete: true,
    hideCursor: true,
    barsize: 24,
  })
  const startedAt = Date.now()
  let before: number | undefined
  bar.start(total, 0, { name, speed: humanSize(0) })
  return {
    onProgress(bytes) {
      // What an earlier run has fetched is no speed of this one.
      before ??= bytes
      const seconds = (Date.now() - startedAt) / 1000
      bar.update(bytes, { speed: humanSize(Math.round((bytes - before) / Math.max(seconds, 0.1))) })
    },
    stop: () => bar.stop(),
  }
}
