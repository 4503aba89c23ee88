import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { regenerateAppender } from '../src/disk/appender.ts'
import type { FileStore, ResolvedName } from '../src/disk/file-store.ts'
import { StorageFiles } from '../src/storage-files.ts'
import { content, logger, testStorageConfig } from './cluster.ts'
import { testIdentity } from './identity.ts'

let folder: string
let files: StorageFiles
let store: FileStore

/** A storage whose disks are only called in the thread pool, as slow ones are. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-announced-'))
  const storePaths = ['one', 'two'].map((name) => ({ path: join(folder, name), readonly: false }))
  for (const { path } of storePaths) mkdirSync(path)
  files = new StorageFiles({ ...testStorageConfig(folder, '100001', 1), storePaths, diskCalls: 'pool' }, logger)
  store = files.openStore(testIdentity)
})
afterEach(async () => {
  await files.close()
  rmSync(folder, { recursive: true })
})

async function stored(kind: 'normal' | 'appender'): Promise<ResolvedName> {
  const [storePath] = store.storePaths
  if (storePath === undefined) throw new Error('there are two')
  const name = store.createWhole(content(100), { storePath, ext: 'bin', kind })
  await new Promise<void>((resolve, reject) => {
    store.publish(name, { durability: 'none' }, (error) => (error === undefined ? resolve() : reject(error)))
  })
  return store.resolve(name.logicName)
}

const lastLine = () => readFileSync(join(folder, 'data/sync/binlog.000'), 'latin1').trimEnd().split('\n').pop() ?? ''

/** What a reader of the log does with the next record: waits for its change, then looks at the file. */
function nextRecord(): Promise<{ op: string; isThere: boolean; hadToWait: boolean }> {
  return new Promise((resolve, reject) => {
    const stop = store.log.onWritten(() => {
      stop()
      const [, op = '', name = ''] = lastLine().split(' ')
      const made = store.untilMade(name)
      Promise.resolve(made).then(
        () => resolve({ op, isThere: existsSync(store.resolve(name).path), hadToWait: made !== null }),
        reject,
      )
    })
  })
}

describe('a reader of the log waits on a slow disk until', () => {
  it('new, other and removed metadata are what their records say', async () => {
    const file = await stored('normal')
    for (const [bytes, op] of [
      [Buffer.from('a\x021'), 'C'],
      [Buffer.from('a\x022'), 'U'],
      [null, 'D'],
    ] as const) {
      const seen = nextRecord()
      await store.replaceMetadata(file, bytes, 'none')
      expect(await seen).toEqual({ op, isThere: bytes !== null, hadToWait: true })
    }
  })

  it('a slave file is there', async () => {
    const master = await stored('normal')
    const slave = store.resolve(`${master.logicName.slice(0, -'.bin'.length)}-small.bin`)
    const temporary = store.temporaryPath(master.storePath)
    writeFileSync(temporary, content(20))
    const seen = nextRecord()
    await store.publishAt(slave, temporary, 'none')
    expect(await seen).toEqual({ op: 'C', isThere: true, hadToWait: true })
    expect(existsSync(temporary)).toBe(false)
  })

  it('a regenerated file has its new name', async () => {
    const file = await stored('appender')
    const seen = nextRecord()
    const renewed = await regenerateAppender(store, file)
    expect(await seen).toEqual({ op: 'R', isThere: true, hadToWait: true })
    expect(readFileSync(renewed.path).equals(content(100))).toBe(true)
  })
})
