// A pid alone does not name a process: the system gives it to another one later. Pid and start time together do.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'

/** A text that only this run of process `pid` has, or undefined when no such process runs. */
export function identityOf(pid) {
  if (process.platform === 'linux') return linuxIdentity(pid)
  const listed = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' })
  return listed.status === 0 ? listed.stdout.trim() : undefined
}

function linuxIdentity(pid) {
  let stat
  try {
    stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined
    throw error
  }
  // The second field is the program's name in brackets and may hold spaces; the state comes next, the start time is field 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const isDead = fields[0] === 'Z' || fields[0] === 'X'
  if (isDead) return undefined
  const bootId = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return `${bootId} ${fields[19]}`
}

/** Is the process that a pid file recorded still the one that runs? */
export function isRunning({ pid, identity }) {
  return identity !== undefined && identityOf(pid) === identity
}
