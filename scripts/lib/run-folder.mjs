// `<state>/run`: who runs on this state folder. `start.json` is the lock of a whole start, the others are its children.
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { PlainError } from './plain-error.mjs'
import { identityOf, isRunning } from './process-identity.mjs'

const LOCK = 'start.json'
const TERM_GRACE_MS = 15_000
const POLL_MS = 50

function readRecord(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch (error) {
    // A record that was cut short by a power failure names nobody; one that is gone neither.
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Records that process `pid` is the member `name`; the next start ends it when this one could not. */
export function recordProcess(runDir, name, pid) {
  fs.writeFileSync(path.join(runDir, `${name}.json`), JSON.stringify({ pid, identity: identityOf(pid) }))
}

export function forgetProcess(runDir, name) {
  fs.rmSync(path.join(runDir, `${name}.json`), { force: true })
}

/** Folder by folder: `recursive` never returns where a new folder is answered with ENOENT, as below /proc. */
function makeFolders(dir) {
  if (fs.existsSync(dir)) return
  makeFolders(path.dirname(dir))
  try {
    fs.mkdirSync(dir, { mode: 0o700 })
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
}

function makeFolder(dir) {
  try {
    makeFolders(dir)
    fs.accessSync(dir, fs.constants.W_OK)
  } catch (error) {
    throw new PlainError(`Cannot write to ${dir} (${error.code}): change CAIRN_DATA, or the owner of that folder.`, {
      cause: error,
    })
  }
}

/** Takes the state folder for this process. Throws PlainError while another start has it. */
export function lockStateFolder(dataDir, { url }) {
  const runDir = path.join(dataDir, 'run')
  makeFolder(runDir)
  const file = path.join(runDir, LOCK)
  const record = JSON.stringify({ pid: process.pid, identity: identityOf(process.pid), url })
  for (;;) {
    try {
      fs.writeFileSync(file, record, { flag: 'wx' })
      return { runDir, release: () => fs.rmSync(file, { force: true }) }
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const holder = readRecord(file)
    if (holder !== undefined && isRunning(holder)) {
      throw new PlainError(`Cairn already runs on ${dataDir} at ${holder.url} (process ${holder.pid}).`)
    }
    fs.rmSync(file, { force: true })
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

async function end(record) {
  signal(record.pid, 'SIGTERM')
  const deadline = Date.now() + TERM_GRACE_MS
  while (isRunning(record) && Date.now() < deadline) await delay(POLL_MS)
  if (isRunning(record)) signal(record.pid, 'SIGKILL')
  while (isRunning(record)) await delay(POLL_MS)
}

/** Ends the children that a killed start left behind. Returns their names. */
export async function endLeftovers(runDir) {
  const names = fs
    .readdirSync(runDir)
    .filter((file) => file.endsWith('.json') && file !== LOCK)
    .map((file) => path.basename(file, '.json'))
  const left = names.filter((name) => {
    const record = readRecord(path.join(runDir, `${name}.json`))
    return record !== undefined && isRunning(record)
  })
  await Promise.all(left.map((name) => end(readRecord(path.join(runDir, `${name}.json`)))))
  for (const name of names) forgetProcess(runDir, name)
  return left
}
