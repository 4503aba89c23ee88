import { readFileSync } from 'node:fs'
import { isErrno } from './atomic-file.ts'

const DISKSTATS = '/proc/diskstats'
/** Columns of a line of diskstats: major and minor number, name, and as the tenth of the numbers behind them `io_ticks`. */
const IO_TICKS_COLUMN = 12

/**
 * How long the disk of each device number (`st_dev`) had something to do since the machine started, in ms; it only grows,
 * and begins anew with the machine or after 2³² ms. Null where nobody tells: the file system is not on one disk (tmpfs,
 * NFS, btrfs, overlays), or this is not Linux.
 */
export function diskBusyMs(devices: readonly (number | null)[]): (number | null)[] {
  const ticks = readTicks()
  return devices.map((device) => (device === null ? null : (ticks.get(deviceText(device)) ?? null)))
}

function readTicks(): ReadonlyMap<string, number> {
  try {
    return parseDiskstats(readFileSync(DISKSTATS, 'latin1'))
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'EACCES')) return new Map()
    throw error
  }
}

/** By `major:minor`, of disks and of their partitions. */
export function parseDiskstats(text: string): Map<string, number> {
  const ticks = new Map<string, number>()
  for (const line of text.split('\n')) {
    const columns = line.trim().split(/\s+/)
    const busyMs = Number(columns[IO_TICKS_COLUMN])
    if (Number.isSafeInteger(busyMs)) ticks.set(`${columns[0]}:${columns[1]}`, busyMs)
  }
  return ticks
}

/** `st_dev` holds 12 bits of the major number above 8 of the minor one, and the rest of both above these. */
export function deviceText(dev: number): string {
  const bits = BigInt(dev)
  const major = ((bits >> 8n) & 0xfffn) | ((bits >> 32n) & 0xfffff000n)
  const minor = (bits & 0xffn) | ((bits >> 12n) & 0xffffff00n)
  return `${major}:${minor}`
}
