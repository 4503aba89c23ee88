import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StorageIdsWatch } from './storage-ids-file.ts'

let folder = ''
let changes: string[][] = []
let errors = 0

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'storage-ids-'))
  changes = []
  errors = 0
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const file = () => join(folder, 'storage_ids.conf')

function watch(): StorageIdsWatch {
  const logger = pino({ level: 'error' }, { write: () => void errors++ })
  return new StorageIdsWatch(file(), logger, (ids) => void changes.push(ids.entries.map(({ id }) => id)))
}

describe('a watched storage_ids.conf', () => {
  it('is read when it has changed, and only then', async () => {
    writeFileSync(file(), '1 group1 127.0.0.1\n')
    const watching = watch()
    await watching.look()
    await watching.look()
    expect(changes).toEqual([])
    writeFileSync(file(), '1 group1 127.0.0.1\n2 group2 127.0.0.2\n')
    await watching.look()
    await watching.look()
    expect(changes).toEqual([['1', '2']])
  })

  it('changes nothing while it is broken or gone, says so once, and is read when it is whole again', async () => {
    writeFileSync(file(), '1 group1 127.0.0.1\n')
    const watching = watch()
    await watching.look()
    writeFileSync(file(), '1 group1 127.0.0.1\nnonsense\n')
    await watching.look()
    await watching.look()
    expect([changes, errors]).toEqual([[], 1])
    rmSync(file())
    await watching.look()
    await watching.look()
    expect([changes, errors]).toEqual([[], 2])
    writeFileSync(file(), '3 group1 127.0.0.3\n')
    await watching.look()
    expect(changes).toEqual([['3']])
  })
})
