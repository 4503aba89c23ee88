import { closeSync, existsSync, fstatSync, openSync } from 'node:fs'
import { binlogPath, readBlock } from './binlog-files.ts'
import type { LogWriter } from './log-writer.ts'

const BLOCK_BYTES = 8 * 1024 * 1024

/** The newest lines of the log, oldest first, without their newlines: what fits 8 MiB of the file written now. */
export function lastLines(log: LogWriter): string[] {
  const newest = blocksFromEnd(log).next()
  return newest.done === true ? [] : newest.value
}

/** The lines of the log in blocks, newest block first; inside a block oldest line first. */
export function* blocksFromEnd(log: LogWriter): Generator<string[]> {
  for (let index = log.position().index; index >= 0; index -= 1) {
    yield* blocksOfFile(binlogPath(log.folder, index))
  }
}

function* blocksOfFile(path: string): Generator<string[]> {
  // Compressed or moved away: what is older cannot be looked at.
  if (!existsSync(path)) return
  const fd = openSync(path, 'r')
  try {
    let end = fstatSync(fd).size
    while (end > 0) {
      const start = Math.max(0, end - BLOCK_BYTES)
      const block = readBlock(fd, start, end - start)
      const from = start === 0 ? 0 : block.indexOf(0x0a) + 1
      yield block
        .toString('latin1', from)
        .split('\n')
        .filter((line) => line !== '')
      end = start + from === end ? start : start + from
    }
  } finally {
    closeSync(fd)
  }
}
