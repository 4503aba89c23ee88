import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DiskLane } from '@cairn/dfs-core/disk'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTombstones, tombstonesPath } from '../src/disk/tombstones.ts'
import { createPartFile, type PartRecord, writePartRecord } from '../src/parts/part-files.ts'
import { fillDisk, mountNamespace, SmallDisk } from './small-disk.ts'

let disk: SmallDisk | null = null

beforeEach(async ({ skip }) => {
  const namespace = mountNamespace()
  skip(namespace === undefined, 'no tmpfs can be mounted here: neither as root nor in a user namespace')
  disk = await SmallDisk.mount(namespace ?? [], '1m')
})
afterEach(async () => {
  await disk?.close()
  disk = null
})

const nameOf = (n: number) => `M00/00/00/file-${n}`

it('a deletion that finds the disk full leaves no half of its line: the next one is remembered when there is room', () => {
  const folder = join(disk!.path, 'sync')
  const stones = openTombstones(folder, () => 1000)
  stones.add(nameOf(0))
  fillDisk(join(disk!.path, 'filler'))
  // What is left of the last page takes some.
  let n = 1
  for (; n < 1000; n += 1) {
    try {
      stones.add(nameOf(n))
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' })
      break
    }
  }
  expect(n).toBeGreaterThan(100)
  expect(n).toBeLessThan(1000)
  expect(stones.has(nameOf(n))).toBe(false)

  rmSync(join(disk!.path, 'filler'))
  expect(stones.add(nameOf(1000))).toBe(true)
  stones.close()
  const lines = [...Array.from({ length: n }, (_, one) => one), 1000].map((one) => `1000 ${nameOf(one)}\n`)
  expect(readFileSync(tombstonesPath(folder), 'latin1')).toBe(lines.join(''))
})

it('the sidecar of a part stays as it was when the disk is full, and nothing lies beside it', async () => {
  const sidecar = join(disk!.path, 'upload.json')
  writeFileSync(sidecar, 'as it was')
  fillDisk(join(disk!.path, 'filler'))
  const paths = { folder: disk!.path, part: join(disk!.path, 'upload.part'), sidecar }
  // Longer than what is left of any page.
  const record = { metadata: 'm'.repeat(5000) } as PartRecord
  await expect(writePartRecord(paths, record, true)).rejects.toMatchObject({ code: 'ENOSPC' })
  expect(readdirSync(disk!.path).sort()).toEqual(['filler', 'upload.json'])
  expect(readFileSync(sidecar, 'utf8')).toBe('as it was')
  await expect(createPartFile(new DiskLane(), paths, () => writePartRecord(paths, record, true))).rejects.toThrow(
    'ENOSPC',
  )
  expect(readdirSync(disk!.path).sort()).toEqual(['filler', 'upload.json'])
})
