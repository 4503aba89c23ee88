import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { isErrno } from './atomic-file.ts'

/** The same for everything on one machine, containers too, until it starts again. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id'

/**
 * What file system each device number (`st_dev`) stands for: 16 hexadecimal digits, the same for two storages only when they
 * share it, so that its space is counted once. It may be another one after a start of the machine.
 */
export function diskIdentities(devices: readonly (number | null)[]): (string | null)[] {
  const machine = machineName()
  return devices.map((device) => {
    if (device === null) return null
    return createHash('sha256').update(`${machine}\0${device}`).digest('hex').slice(0, 16)
  })
}

function machineName(): string {
  try {
    return readFileSync(BOOT_ID, 'latin1').trim()
  } catch (error) {
    // Not Linux.
    if (isErrno(error, 'ENOENT') || isErrno(error, 'EACCES')) return hostname()
    throw error
  }
}
