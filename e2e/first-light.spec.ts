// The whole spine in one story: the first person, a big upload over a line that breaks, two copies, a storage that dies.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { sha256Of, writeRandomFile } from './big-file.ts'
import { type Drive, type StorageUnderTest, startDrive } from './cluster.ts'
import {
  chooseFiles,
  createFolder,
  download,
  fillRegistration,
  newPerson,
  openFolder,
  row,
  textFile,
  uploadPanel,
} from './drive-page.ts'
import { fileIdOf, sha256At } from './stored-file.ts'
import { LANES } from './upload-line.ts'

const MIB = 1024 * 1024
const SIZE_BYTES = 300 * MIB
/**
 * What a break may cost: Chromium sends again by itself what was under way when it came, one request of 6 MiB or, where
 * the machine is slow, a segment of 4 MiB on each lane. And the protocol around them.
 */
const RESENT_BYTES_MAX = LANES * 4 * MIB + 2 * MIB
const NAME = 'tidewater.bin'

test.describe.configure({ mode: 'serial', timeout: 180_000 })

let drive: Drive
let page: Page
let folder: string
let sha256: string

test.beforeAll(async ({ browser }) => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-big-'))
  sha256 = writeRandomFile(path.join(folder, NAME), SIZE_BYTES)
  drive = await startDrive()
  page = await browser.newPage()
})

test.afterAll(async () => {
  await page.close()
  await drive.close()
  fs.rmSync(folder, { recursive: true })
})

test('the first person is told that the account becomes the administrator', async () => {
  const person = newPerson()
  await fillRegistration(page, drive.url, person)
  await expect(page.getByText('this account becomes the administrator')).toBeVisible()
  await page.getByRole('button', { name: 'Create account' }).click()
  await expect(page.getByText('Lay the first stone')).toBeVisible()
  const me = await page.request.get(`${drive.url}/api/me`)
  expect(await me.json()).toMatchObject({ email: person.email, role: 'admin' })
})

test('an upload of 300 MB goes on where a broken connection stopped it', async () => {
  await createFolder(page, 'Survey')
  await openFolder(page, 'Survey')
  const cut = Promise.race(drive.storages.map(({ proxy }) => proxy.cutAfter(SIZE_BYTES / 2)))
  await chooseFiles(page, [path.join(folder, NAME)])
  await cut
  await expect(uploadPanel(page).getByText(/^(Stored|Done)/)).toBeVisible({ timeout: 120_000 })
  await expect(row(page, NAME)).toContainText('315 MB')
  const receivedBytes = drive.storages.reduce((sum, { proxy }) => sum + proxy.receivedBytes, 0)
  expect(receivedBytes).toBeGreaterThanOrEqual(SIZE_BYTES)
  expect(receivedBytes).toBeLessThanOrEqual(SIZE_BYTES + RESENT_BYTES_MAX)
  expect(drive.storages.reduce((sum, { proxy }) => sum + proxy.cuts, 0)).toBe(1)
})

test('each storage gives back the same bytes', async () => {
  const fileId = await fileIdOf(drive, NAME)
  for (const storage of drive.storages) {
    await expect.poll(() => sha256At(drive, storage, fileId), { timeout: 60_000 }).toBe(sha256)
  }
  await expect(row(page, NAME).getByRole('img', { name: '2 of 2 copies' })).toBeVisible({ timeout: 30_000 })
})

/** The storage that took the upload: most bytes went through its proxy. */
function sourceOf({ storages }: Drive): StorageUnderTest {
  const [first, second] = storages
  if (first === undefined || second === undefined) throw new Error('a drive has two storages')
  return first.proxy.receivedBytes > second.proxy.receivedBytes ? first : second
}

test('with one storage dead, the page still downloads and uploads; when it is back, it catches up', async () => {
  const dead = sourceOf(drive)
  await drive.kill(dead.name)
  await expect(async () => {
    const arrived = await download(page, NAME)
    expect(await sha256Of(fs.createReadStream(arrived))).toBe(sha256)
  }).toPass({ timeout: 60_000 })

  const text = 'written while the other one was down'
  await chooseFiles(page, [textFile('meanwhile.txt', text)])
  await expect(row(page, 'meanwhile.txt')).toBeVisible({ timeout: 60_000 })
  const fileId = await fileIdOf(drive, 'meanwhile.txt')
  expect(await sha256At(drive, dead, fileId)).toBe(undefined)

  await drive.restartStorage(dead)
  const expected = createHash('sha256').update(text).digest('hex')
  await expect.poll(() => sha256At(drive, dead, fileId), { timeout: 60_000 }).toBe(expected)
})
