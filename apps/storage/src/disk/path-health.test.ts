import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openInitFlag } from './init-flag.ts'
import { checkMounted, isMountPoint } from './mount-check.ts'
import { blameSync, createPathHealth } from './path-health.ts'
import { createSpaceMeter, openStorePath } from './store-path.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-health-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const errno = (code: string) => Object.assign(new Error(`${code}: it broke`), { code })

describe('a store path that was a disk of its own', () => {
  it('is refused when the disk is not mounted, and remembered when it is', () => {
    expect([isMountPoint('/proc'), isMountPoint(folder)]).toEqual([true, false])
    const flag = openInitFlag(folder, 1)
    checkMounted(flag, 1, '/proc')
    checkMounted(flag, 2, folder)
    const again = openInitFlag(folder, 1)
    expect(() => checkMounted(again, 1, folder)).toThrow('is not mounted')
    expect(() => checkMounted(again, 2, folder)).not.toThrow()
  })
})

describe('the health of a store path', () => {
  it('is lost with an error of the disk, behind whatever words, and told once', () => {
    const told: string[] = []
    const health = createPathHealth('/disk1', (message) => told.push(message))
    for (const harmless of [errno('ENOENT'), errno('ENOSPC'), new Error('something else'), undefined]) {
      health.notice(harmless)
    }
    expect(health.failure).toBeNull()
    health.notice(new Error('cannot write', { cause: errno('EIO') }))
    health.notice(errno('EROFS'))
    expect(health.failure).toBe('EIO: it broke')
    expect(told).toEqual(['/disk1 takes no new files from now on: its disk failed'])
  })

  it('makes the path one that takes no new files, at once', () => {
    const storePath = openStorePath(0, folder, false)
    const meter = createSpaceMeter([storePath], () => 1000)
    expect(meter()[0]?.readonly).toBe(false)
    storePath.health.notice(errno('EIO'))
    expect(meter()[0]?.readonly).toBe(true)
  })

  it('is lost where a sync failed, of a file by its name or an open one, and nowhere else', () => {
    const paths = ['a', 'b', 'c'].map((name, index) => {
      mkdirSync(join(folder, name))
      return openStorePath(index, join(folder, name), false)
    })
    const blame = blameSync(paths)
    const file = join(folder, 'b/data/file')
    writeFileSync(file, 'x')
    const fd = openSync(file, 'r')
    blame(join(folder, 'a/data/gone'), new Error('cannot sync', { cause: errno('ENOENT') }))
    blame(join(folder, 'a/data/file/gone'), new Error('cannot sync', { cause: errno('ENOTDIR') }))
    blame(join(folder, 'c/data/00/00/x'), new Error('cannot sync', { cause: errno('ENOSPC') }))
    blame(fd, new Error('cannot sync', { cause: errno('EIO') }))
    closeSync(fd)
    expect(() => blame(fd, new Error('cannot sync', { cause: errno('EBADF') }))).not.toThrow()
    expect(paths.map(({ health }) => health.failure)).toEqual([null, 'cannot sync', 'cannot sync'])
  })
})
