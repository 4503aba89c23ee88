// A storage that dies in mid-upload, or cannot write any more: the upload goes on at the other one, which has a copy of it.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from '@playwright/test'
import { writeRandomFile } from './big-file.ts'
import { chooseFiles, row, uploadPanel } from './drive-page.ts'
import { test } from './drive-test.ts'
import { stateOf } from './storage-state.ts'
import { fileIdOf, sha256At } from './stored-file.ts'
import { halted, receivedBytes, speedUp } from './upload-line.ts'

const MIB = 1024 * 1024
const SIZE = 500 * MIB
const NAME = 'moves-house.bin'
/** What a member has refused three times is sent to it again after a pause, at most a minute. */
const TRIED_AGAIN_MS = 120_000

// The file is sent, shipped, hashed on two storages and read from both: a busy machine takes its time.
test.setTimeout(240_000)

test('a storage killed at 60 % of 500 MB costs at most 32 MiB, and the file is whole on every member', async ({
  page,
  drive,
}) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-failover-'))
  const content = writeRandomFile(path.join(folder, NAME), SIZE)
  const before = receivedBytes(drive)
  const far = halted(drive, 0.6 * SIZE)
  await chooseFiles(page, [path.join(folder, NAME)])
  const line = await far
  const dead = drive.storages.find(({ proxy }) => proxy === line)!
  await drive.kill(dead.name)
  await expect(uploadPanel(page).getByText(/continues on/)).toBeVisible({ timeout: 60_000 })
  speedUp(drive)
  await expect(row(page, NAME)).toBeVisible({ timeout: 120_000 })
  expect(receivedBytes(drive) - before).toBeLessThanOrEqual(SIZE + 32 * MIB)
  await drive.restartStorage(dead)
  const fileId = await fileIdOf(drive, NAME)
  for (const storage of drive.storages) {
    await expect.poll(() => sha256At(drive, storage, fileId), { timeout: 60_000 }).toBe(content)
  }
  fs.rmSync(folder, { recursive: true })
})

test('what a storage cannot write goes to the other one by itself, small files and large ones', async ({
  page,
  drive,
}) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-failover-'))
  const files = [1000, 2000, 100_000, 200_000, 9 * MIB, 10 * MIB].map((size, index) => ({
    file: path.join(folder, `unwritable-${index}.bin`),
    size,
  }))
  const contents = files.map(({ file, size }) => writeRandomFile(file, size))
  const later = [1000, 12 * MIB, 13 * MIB].map((size, index) => {
    const file = path.join(folder, `later-${index}.bin`)
    writeRandomFile(file, size)
    return file
  })
  const [broken] = drive.storages
  const received = () => broken?.proxy.receivedBytes ?? 0
  const atFirst = received()
  const data = path.join(broken?.path ?? '', 'data')
  // Nothing can be made in there any more, whoever the storage runs as.
  const inUse = ['.cairn-parts', '00', '01'].map((name) => path.join(data, name)).filter((each) => fs.existsSync(each))
  for (const each of inUse) {
    fs.renameSync(each, `${each}.away`)
    fs.writeFileSync(each, '')
  }
  try {
    await chooseFiles(
      page,
      files.map(({ file }) => file),
    )
    await expect(uploadPanel(page).getByText(/6 files uploaded/)).toBeVisible({ timeout: 60_000 })
    // The page knows it now: nothing more is begun there.
    const before = received()
    expect(before).toBeGreaterThan(atFirst)
    await chooseFiles(page, later)
    await expect(uploadPanel(page).getByText(/9 files uploaded/)).toBeVisible({ timeout: 60_000 })
    expect(received()).toBe(before)
  } finally {
    for (const each of inUse) {
      fs.rmSync(each)
      fs.renameSync(`${each}.away`, each)
    }
  }
  for (const [index, content] of contents.entries()) {
    const fileId = await fileIdOf(drive, `unwritable-${index}.bin`)
    for (const storage of drive.storages) {
      await expect.poll(() => sha256At(drive, storage, fileId), { timeout: TRIED_AGAIN_MS }).toBe(content)
    }
  }
  // It was no disk that failed: the storage takes files again without a restart, and nothing waits for somebody to look.
  for (const storage of drive.storages) {
    await expect.poll(() => stateOf(storage), { timeout: TRIED_AGAIN_MS }).toEqual({ writable: [1], setAside: [0] })
  }
  fs.rmSync(folder, { recursive: true })
})
