import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { GROUP } from './conf-files.mjs'
import { PlainError } from './plain-error.mjs'

/** Writes a file that only its owner may read; whole or not at all. */
export function writeSecret(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const temporary = `${file}.${process.pid}.tmp`
  const fd = fs.openSync(temporary, 'w', 0o600)
  try {
    fs.writeSync(fd, text)
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
  fs.renameSync(temporary, file)
}

/** The secret that signs people's sessions, made at the first start. */
export function sessionSecret(dataDir) {
  const file = path.join(dataDir, 'secrets', 'session-secret')
  if (!fs.existsSync(file)) writeSecret(file, `${randomBytes(32).toString('hex')}\n`)
  return fs.readFileSync(file, 'utf8').trim()
}

/** Reads the master keys of an existing cluster. */
export function readMasterKeys(keysFile, { openMasterKeys }) {
  try {
    return openMasterKeys(fs.readFileSync(keysFile, 'utf8'))
  } catch (error) {
    throw new PlainError(`CAIRN_KEYS: ${keysFile} cannot be used (${error.code ?? error.message}).`, { cause: error })
  }
}

/**
 * Makes the master keys at the first start and gives every storage its own derived keys (keys.json) before it starts.
 * `tickets` is dfs-core's module of that name.
 */
export function writeKeys({ keysFile, storages }, tickets) {
  if (!fs.existsSync(keysFile)) writeSecret(keysFile, tickets.formatKeyFile(tickets.createMasterKeys()))
  const master = readMasterKeys(keysFile, tickets)
  for (const { id, dir } of storages) {
    writeSecret(path.join(dir, 'keys.json'), tickets.formatKeyFile(master.exportStorageKeys(GROUP, id)))
  }
}
