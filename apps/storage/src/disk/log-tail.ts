import { closeSync, existsSync, fstatSync, openSync } from 'node:fs'
import { binlogPath, readBlock } from './binlog-files.ts'
import type { LogWriter } from './log-writer.ts'

const BLOCK_BYTES = 8 * 1024 * 1024

/** A record's time is at most this much before the time in the name that it logs (see LogWriter). */
const HELD_SECONDS_MAX = 60
/** Times of files come from another clock than those of names and records. */
export const SLACK_SECONDS = 2

/**
 * The newest part of the log that can hold a record that was written at or after `since`, or one of a name drawn then: in
 * blocks, newest block first; inside a block oldest line first, without newlines.
 */
export function* blocksSince(log: LogWriter, since: number): Generator<string[]> {
  for (let index = log.position().index; index >= 0; index -= 1) {
    for (const lines of blocksOfFile(binlogPath(log.folder, index))) {
      yield lines
      if (oldestIn(lines) < since - SLACK_SECONDS - HELD_SECONDS_MAX) return
    }
  }
}

/** Times go up along the log, but for those of replicas, which are their sources'. */
function oldestIn(lines: readonly string[]): number {
  const oldest = lines.find((line) => /^\d+ [A-Z] /.test(line))
  return Number.parseInt(oldest ?? 'none', 10) || Number.POSITIVE_INFINITY
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
