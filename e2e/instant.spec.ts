import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { sha256Of, writeRandomFile } from './big-file.ts'
import { chooseFiles, download, register, row, textFile, uploadPanel } from './drive-page.ts'
import { test } from './drive-test.ts'
import { receivedBytes } from './upload-line.ts'

const MB = 1_000_000
// A line to the house, so slow that also a busy machine has hashed 200 MB before a fifth of them is sent. On the loopback
// the sending is over before anything can be hashed.
const LINE_BYTES_PER_SECOND = 2 * MB
let folder: string

test.beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-instant-'))
})

test.afterEach(() => {
  fs.rmSync(folder, { recursive: true })
})

async function slowDown(page: Page): Promise<void> {
  const client = await page.context().newCDPSession(page)
  const line = { offline: false, latency: 5, downloadThroughput: -1, uploadThroughput: LINE_BYTES_PER_SECOND }
  await client.send('Network.emulateNetworkConditions', line)
}

test('of 200 MB that somebody stored already, less than a fifth leaves the browser', async ({
  page,
  drive,
  browser,
}) => {
  // 400 MB are written, sent, hashed and read back: more than a slow machine does in the usual minute.
  test.setTimeout(180_000)
  const [first, second] = [path.join(folder, 'first.bin'), path.join(folder, 'soundings-raw-2026.tar.zst')]
  const sha256 = writeRandomFile(first, 200 * MB)
  fs.copyFileSync(first, second)
  await chooseFiles(page, [first])
  await expect(row(page, 'first.bin')).toBeVisible({ timeout: 60_000 })

  const context = await browser.newContext()
  const other = await context.newPage()
  await register(other, drive.url)
  await slowDown(other)
  const before = receivedBytes(drive)
  await chooseFiles(other, [second])
  await expect(
    uploadPanel(other)
      .getByText(/^Instant · 200 MB already stored/)
      .first(),
  ).toBeVisible({ timeout: 60_000 })
  expect(receivedBytes(drive) - before).toBeLessThan(40 * MB)
  await expect(uploadPanel(other).getByText(/Saved 1\d\d MB of sending|Saved 200 MB of sending/)).toBeVisible()
  await expect(row(other, 'soundings-raw-2026.tar.zst')).toBeVisible()
  const arrived = fs.createReadStream(await download(other, 'soundings-raw-2026.tar.zst'))
  expect(await sha256Of(arrived)).toBe(sha256)
  const { quota } = await (await other.request.get(`${drive.url}/api/me`)).json()
  expect(quota).toMatchObject({ usedBytes: 200 * MB, reservedBytes: 0 })
  await context.close()
})

test('a name that is taken is decided before anything is sent, for all or one by one', async ({ page, drive }) => {
  await chooseFiles(page, [textFile('a.txt', 'one'), textFile('b.txt', 'two'), textFile('c.txt', 'three')])
  await expect(row(page, 'c.txt')).toBeVisible()
  const before = receivedBytes(drive)
  const again = ['a.txt', 'b.txt', 'c.txt'].map((name) => textFile(name, `another ${name}`))
  await chooseFiles(page, [...again, textFile('d.txt', 'new')])
  const dialog = page.getByRole('dialog', { name: 'Upload 4 files' })
  await expect(dialog.getByText('3 files with a name that is taken')).toBeVisible()
  expect(receivedBytes(drive)).toBe(before)
  await dialog.getByRole('radio', { name: /^Replace/ }).click()
  await dialog.getByRole('button', { name: 'Decide one by one' }).click()
  await dialog.getByRole('combobox', { name: 'b.txt' }).selectOption('Keep both')
  await dialog.getByRole('combobox', { name: 'c.txt' }).selectOption('Skip')
  await dialog.getByRole('button', { name: 'Upload 3' }).click()
  await expect(row(page, 'd.txt')).toBeVisible()
  await expect(row(page, 'b (2).txt')).toBeVisible()
  expect(fs.readFileSync(await download(page, 'a.txt'), 'utf8')).toBe('another a.txt')
  expect(fs.readFileSync(await download(page, 'b.txt'), 'utf8')).toBe('two')
  expect(fs.readFileSync(await download(page, 'c.txt'), 'utf8')).toBe('three')
})

test('the same files once more are skipped without a question', async ({ page }) => {
  const file = path.join(folder, 'same.txt')
  fs.writeFileSync(file, 'the same')
  await chooseFiles(page, [file])
  await expect(row(page, 'same.txt')).toBeVisible()
  await chooseFiles(page, [file])
  await expect(uploadPanel(page).getByText('Skipped · identical is here already')).toBeVisible()
  await expect(row(page, 'same (2).txt')).toHaveCount(0)
})

test('a small file that is the same but for its time is not asked about', async ({ page }) => {
  const files = ['letter.txt', 'plan.txt'].map((name) => path.join(folder, name))
  for (const file of files) fs.writeFileSync(file, `written in ${path.basename(file)}`)
  await chooseFiles(page, files)
  await expect(row(page, 'letter.txt')).toBeVisible()
  await expect(row(page, 'plan.txt')).toBeVisible()
  const [letter = '', plan = ''] = files
  fs.utimesSync(letter, 1_600_000_000, 1_600_000_000)
  fs.writeFileSync(plan, 'written IN plan.txt')
  await chooseFiles(page, files)
  const dialog = page.getByRole('dialog', { name: 'Upload 2 files' })
  await expect(dialog.getByText('1 file with a name that is taken')).toBeVisible()
  await dialog.getByRole('button', { name: 'Upload 1' }).click()
  await expect(row(page, 'plan (2).txt')).toBeVisible()
  await expect(row(page, 'letter (2).txt')).toHaveCount(0)
})
