import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { Status } from '@cairn/dfs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LogWriter, openLogWriter } from './log-writer.ts'
import { NewFiles } from './new-files.ts'
import { openStorePath } from './store-path.ts'

let folder: string
let log: LogWriter
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-names-'))
  mkdirSync(join(folder, 'sync'))
  log = openLogWriter({ folder: join(folder, 'sync'), now: () => 1_795_240_000 })
})
afterEach(async () => {
  await log.close()
  rmSync(folder, { recursive: true })
})

/** In the same second all names for the same content differ by their digits alone. */
function openFiles(digits: () => number) {
  const storePath = openStorePath(0, folder, false)
  const files = new NewFiles({
    identity: {
      group: 'group1',
      storageId: '100001',
      source: { kind: 'id', id: 100_001 },
      reserve: { kind: 'bytes', bytes: 0 },
      pathOrder: 'round-robin',
    },
    storePaths: [storePath],
    log,
    cursor: null,
    subdirCount: 1,
    nameSource: { random23: () => 5, digits },
  })
  return { files, storePath }
}

describe('a drawn name that is taken already', () => {
  const body = Buffer.from('the same bytes')

  it('is left to its file, and another one is drawn, for a body in memory and for one in a file', () => {
    let drawn = 0
    const { files, storePath } = openFiles(() => Math.floor(drawn++ / 3))
    const first = files.createWhole(body, { storePath, ext: '' })
    writeFileSync(first.path, 'somebody else has changed it')
    const second = files.createWhole(body, { storePath, ext: '' })
    const temporary = files.temporaryPath(storePath)
    writeFileSync(temporary, body)
    const third = files.linkNew(temporary, { storePath, ext: '', size: body.length, crc32: crc32(body) })
    expect([first, second, third].map(({ logicName }) => logicName.slice(-7))).toEqual([
      '0000000',
      '0000001',
      '0000002',
    ])
    const stored = [first, second, third].map(({ path }) => readFileSync(path, 'latin1'))
    expect(stored).toEqual(['somebody else has changed it', body.toString(), body.toString()])
  })

  it('ten times in a row is given up, and leaves nothing', () => {
    let drawn = 0
    const { files, storePath } = openFiles(() => {
      drawn += 1
      return 7
    })
    const first = files.createWhole(body, { storePath, ext: '' })
    expect(() => files.createWhole(Buffer.from(body), { storePath, ext: '' })).toThrow(
      expect.objectContaining({ status: Status.EBUSY }),
    )
    expect(drawn).toBe(11)
    expect(readdirSync(first.folder)).toEqual([first.path.slice(first.folder.length + 1)])
    expect(readFileSync(first.path)).toEqual(body)
  })
})
