import { mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32 } from '@cairn/dfs-core'
import { expect, it } from 'vitest'
import { isErrno } from '../src/disk/atomic-file.ts'
import { ContentIndex } from '../src/disk/content-index.ts'
import { InPlaceWrite } from '../src/disk/in-place-write.ts'
import { ownWebStorage } from './http/own-web-storage.ts'
import { sha256 } from './http/web-storage.ts'

const used = ownWebStorage()

/** What this process has open below the folder of the test. */
function openHere(): string[] {
  const paths = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch (error) {
      // The descriptor that listed them.
      if (isErrno(error, 'ENOENT')) return ''
      throw error
    }
  })
  return paths.filter((path) => path.startsWith(used.folder)).sort()
}

/** A file under the name of an appender file. */
function storedFile(content: Buffer) {
  const file = used.storage.store.resolve('M00/00/00/oYYBAF8AAAAAAAAAAAAABcv0OSYAAAAA.bin')
  mkdirSync(dirname(file.path), { recursive: true })
  writeFileSync(file.path, content)
  return file
}

it('a change whose time cannot be set is left closed', async () => {
  const before = openHere()
  const change = { file: storedFile(Buffer.alloc(10)), op: 'm', offset: 0, size: 1, timestamp: Number.NaN } as const
  const written = await InPlaceWrite.open(used.storage.store, change)
  await written.write(Buffer.alloc(1))
  expect(openHere()).not.toEqual(before)
  await expect(written.finish()).rejects.toThrow('time')
  expect(openHere()).toEqual(before)
})

it('an append that cannot be cut off is left closed', async () => {
  const before = openHere()
  const file = storedFile(Buffer.alloc(10))
  const change = { file, op: 'a', offset: Number.MAX_SAFE_INTEGER, size: 1 } as const
  const written = await InPlaceWrite.open(used.storage.store, change)
  await expect(written.abort()).rejects.toThrow('ftruncate')
  expect(openHere()).toEqual(before)
})

it('a file whose known content cannot be opened is left closed', async () => {
  const { storePaths } = used.storage.store
  const content = Buffer.from('the same twice')
  const file = storedFile(content)
  const facts = { size: content.length, crc32: crc32(content) }
  const index = new ContentIndex(storePaths[0]!, () => join(used.folder, 'temporary'))
  await index.share(file.path, facts, (work) => work())
  const root = join(storePaths[0]!.dataDir, '.cairn-content')
  const known = readdirSync(root, { recursive: true, withFileTypes: true }).find((entry) => entry.isFile())
  expect(known?.name).toContain(sha256(content))
  const entry = join(known?.parentPath ?? '', known?.name ?? '')
  writeFileSync(file.path, '')
  await index.remove()
  mkdirSync(dirname(entry), { recursive: true })
  symlinkSync('nowhere', entry)
  writeFileSync(file.path, content)

  const before = openHere()
  await expect(index.share(file.path, facts, (work) => work())).rejects.toMatchObject({ code: 'ENOENT' })
  expect(openHere()).toEqual(before)
})
