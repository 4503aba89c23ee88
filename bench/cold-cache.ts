import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import path from 'node:path'

const PAGE_BYTES = 8192
const READS = 300

/**
 * Lets the kernel forget what it has of the files below a folder; what it does not have the disk must read. False where it
 * cannot be asked for that: not Linux.
 */
export function dropKernelCache(folder: string): boolean {
  try {
    execFileSync('sync')
    for (const file of filesBelow(folder)) {
      execFileSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none'])
    }
    return true
  } catch {
    return false
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => path.join(file.parentPath, file.name))
    .filter((file) => statSync(file).size > 0)
}

/** Milliseconds that one page of the largest file below a folder takes here when it is not in memory, one after the other. */
export function msPerColdPage(folder: string): number {
  const [largest = ''] = filesBelow(folder).toSorted((a, b) => statSync(b).size - statSync(a).size)
  const pages = Math.floor(statSync(largest).size / PAGE_BYTES)
  const file = openSync(largest, 'r')
  const page = Buffer.alloc(PAGE_BYTES)
  const started = performance.now()
  // Far apart and not in order: reading ahead is of no use.
  for (let n = 0; n < READS; n += 1) readSync(file, page, 0, PAGE_BYTES, ((n * 7919 * 31) % pages) * PAGE_BYTES)
  const ms = (performance.now() - started) / READS
  closeSync(file)
  return ms
}

/** Bytes that a process and its children had read from the disk so far; undefined where the system does not tell. */
export function bytesFromDisk(parent: number): number | undefined {
  try {
    return [parent, ...childrenOf(parent)]
      .map((pid) => Number(/^read_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]))
      .reduce((sum, bytes) => sum + bytes, 0)
  } catch {
    return undefined
  }
}

function childrenOf(parent: number): number[] {
  return readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}
