import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGroupSync, createSingleSync, synced } from './group-sync.ts'
import { blameSync } from './path-health.ts'
import { createSpaceMeter, openStorePath, type StorePath } from './store-path.ts'

let folder: string
let paths: StorePath[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-sync-'))
  paths = [0, 1].map((index) => {
    const root = join(folder, `disk${index}`)
    mkdirSync(root)
    return openStorePath(index, root, false)
  })
})
afterEach(() => rmSync(folder, { recursive: true }))

function file(index: number, name: string): string {
  const path = join(folder, `disk${index}`, 'data', name)
  writeFileSync(path, name)
  return path
}

/** The kernel opens it and refuses to sync it (EINVAL), whoever asks. */
function unsyncable(index: number, name: string): string {
  const path = join(folder, `disk${index}`, 'data', name)
  symlinkSync('/proc/version', path)
  return path
}

describe.each([
  ['group', createGroupSync],
  ['each', createSingleSync],
] as const)('a sync that fails at upload_durability = %s', (_, create) => {
  it('is the failure of those that waited for it alone, and makes its store path read-only for good', async () => {
    const sync = create(blameSync(paths))
    const measure = createSpaceMeter(paths)
    expect(measure().map(({ readonly }) => readonly)).toEqual([false, false])
    const bad = unsyncable(1, 'bad')
    const waiting = [file(0, 'a'), bad, file(1, 'b')].map((path) => synced(sync, { file: path }))
    const ends = await Promise.allSettled(waiting)
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(paths.map(({ health }) => health.failure)).toEqual([null, `cannot sync ${bad}`])

    // What succeeds later does not bring it back.
    await synced(sync, { file: file(1, 'c'), folder: join(folder, 'disk1', 'data') })
    expect(measure().map(({ readonly }) => readonly)).toEqual([false, true])
    expect(sync.waiters).toBe(0)
  })
})
