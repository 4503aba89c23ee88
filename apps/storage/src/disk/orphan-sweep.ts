import { lstatSync, readdirSync, type Stats, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { FileSource } from '@cairn/dfs-core'
import { factsOf, idOf } from '../engine/file-facts.ts'
import { hexByte } from '../engine/logic-name.ts'
import { removeIfAny } from './atomic-file.ts'
import type { FileStore } from './file-store.ts'
import { blocksSince, SLACK_SECONDS } from './log-tail.ts'
import { METADATA_SUFFIX } from './metadata-file.ts'
import type { StorePath } from './store-path.ts'

/** Removes what was being written when the last process ended. Returns how many files that were. */
export function sweepTemporaries(storePaths: readonly StorePath[]): number {
  let count = 0
  for (const { temporaryDir } of storePaths) {
    for (const entry of readdirSync(temporaryDir)) count += removeIfAny(join(temporaryDir, entry)) ? 1 : 0
  }
  return count
}

/**
 * Removes files that no record names: a body that is whole in memory gets its final name before its record, so a crash
 * in between leaves a file that was never acknowledged, perhaps half of one. Only names that this storage drew at or
 * after `since` can be such, and only folders that changed since then can hold them: at most one stat for each of the
 * 256 × 256 folders. A file with a second name is another's business (an upload that is being finished).
 */
export function sweepOrphans(store: FileStore, since: number): string[] {
  const logged = namesLoggedSince(store, since)
  const removed: string[] = []
  for (const storePath of store.storePaths) {
    for (const [high, low] of changedFolders(storePath, since - SLACK_SECONDS)) {
      const folder = join(storePath.dataDir, high, low)
      for (const fileName of readdirSync(folder)) {
        const logicName = `M${hexByte(storePath.index)}/${high}/${low}/${fileName}`
        if (!isOwnSince(logicName, store.source, since) || logged.has(logicName) || isHeld(store, logicName)) continue
        const path = join(folder, fileName)
        const stat = lstatSync(path)
        if (!stat.isFile() || stat.nlink > 1) continue
        unlinkSync(path)
        removed.push(logicName)
      }
    }
  }
  return removed
}

function isHeld({ log }: FileStore, logicName: string): boolean {
  const owner = logicName.endsWith(METADATA_SUFFIX) ? logicName.slice(0, -METADATA_SUFFIX.length) : logicName
  return log.isHeld(owner)
}

/** Every name in the newest part of the log that can hold a record of a name drawn at or after `since`. */
export function namesLoggedSince(store: FileStore, since: number): Set<string> {
  const names = new Set<string>()
  for (const lines of blocksSince(store.log, since)) {
    for (const line of lines) for (const name of line.split(' ').slice(2)) names.add(name)
  }
  return names
}

function* changedFolders(storePath: StorePath, since: number): Generator<[string, string]> {
  for (const high of folders(storePath.dataDir)) {
    for (const low of folders(join(storePath.dataDir, high))) {
      if (statOf(storePath, high, low).mtimeMs >= since * 1000) yield [high, low]
    }
  }
}

function statOf(storePath: StorePath, high: string, low: string): Stats {
  return lstatSync(join(storePath.dataDir, high, low))
}

function folders(path: string): string[] {
  return readdirSync(path).filter((name) => /^[0-9A-F]{2}$/.test(name))
}

function isOwnSince(logicName: string, source: FileSource, since: number): boolean {
  const facts = factsOf(logicName)
  return facts !== null && facts.timestamp >= since && idOf(facts.source) === idOf(source)
}
