import { readFileSync, statSync } from 'node:fs'
import { type MasterKeys, openMasterKeys } from '@cairn/dfs-core/tickets'
import { env } from './env.ts'
import { processWide } from './process-wide.ts'

const LOOK_EVERY_MS = 5000

interface Opened {
  keys: MasterKeys
  modifiedMs: number
  lookedAt: number
}

function open(path: string): Opened {
  const modifiedMs = statSync(path).mtimeMs
  return { keys: openMasterKeys(readFileSync(path, 'utf8')), modifiedMs, lookedAt: Date.now() }
}

/** The master keys of CAIRN_KEYS. The file is read again when it was changed, for a rotation without a restart. */
export function masterKeys(): MasterKeys {
  const path = env().keysPath
  const holder = processWide('master-keys', () => ({ opened: open(path) }))
  if (holder.opened.lookedAt < Date.now() - LOOK_EVERY_MS) {
    const isChanged = statSync(path).mtimeMs !== holder.opened.modifiedMs
    holder.opened = isChanged ? open(path) : { ...holder.opened, lookedAt: Date.now() }
  }
  return holder.opened.keys
}
