import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from '@playwright/test'
import { sha256Of, writeRandomFile } from './big-file.ts'
import { startDrive } from './cluster.ts'
import { chooseFiles, download, openFolder, register, row, textFile, uploadPanel } from './drive-page.ts'
import { test } from './drive-test.ts'
import { fileIdOf, sha256At } from './stored-file.ts'

const MIB = 1024 * 1024
let folder: string

test.beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-upload-'))
})

test.afterEach(() => {
  fs.rmSync(folder, { recursive: true })
})

function bigFile(name: string, size: number) {
  const file = path.join(folder, name)
  return { file, sha256: writeRandomFile(file, size) }
}

test('several files at once arrive whole, with size, category and both copies', async ({ page, drive }) => {
  const texts = new Map([
    ['north.txt', 'one'],
    ['south.txt', 'two'],
    ['潮位观测数据.csv', 'a,b\n1,2\n'],
  ])
  await chooseFiles(
    page,
    [...texts].map(([name, text]) => textFile(name, text)),
  )
  for (const [name, text] of texts) {
    await expect(row(page, name)).toBeVisible()
    expect(fs.readFileSync(await download(page, name), 'utf8')).toBe(text)
    const fileId = await fileIdOf(drive, name)
    const expected = await sha256At(drive, drive.storages[0]!, fileId)
    await expect.poll(() => sha256At(drive, drive.storages[1]!, fileId)).toBe(expected)
  }
  await expect(uploadPanel(page).getByText('3 files uploaded')).toBeVisible()
})

test('an empty file is kept and downloads as an empty file', async ({ page }) => {
  await chooseFiles(page, [textFile('nothing.txt', '')])
  await expect(row(page, 'nothing.txt')).toBeVisible()
  expect(fs.statSync(await download(page, 'nothing.txt')).size).toBe(0)
})

test('a cancelled upload leaves nothing and gives its space back', async ({ page, drive }) => {
  const { file } = bigFile('cancelled.bin', 200 * MIB)
  const halfway = Promise.race(drive.storages.map(({ proxy }) => proxy.reached(50 * MIB)))
  await chooseFiles(page, [file])
  await halfway
  await uploadPanel(page).getByRole('button', { name: 'Cancel cancelled.bin' }).click()
  await expect(uploadPanel(page).getByText('cancelled.bin')).toHaveCount(0)
  const quota = async () => (await (await page.request.get(`${drive.url}/api/me`)).json()).quota
  await expect.poll(quota).toMatchObject({ usedBytes: 0, reservedBytes: 0 })
  await page.reload()
  await expect(page.getByText('Lay the first stone')).toBeVisible()
})

test('a paused upload sends nothing and goes on when it is resumed', async ({ page, drive }) => {
  const { file, sha256 } = bigFile('paused.bin', 200 * MIB)
  const halfway = Promise.race(drive.storages.map(({ proxy }) => proxy.reached(50 * MIB)))
  await chooseFiles(page, [file])
  await halfway
  await uploadPanel(page).getByRole('button', { name: 'Pause paused.bin' }).click()
  await expect(uploadPanel(page).getByText(/^Paused at \d+%/)).toBeVisible()
  await uploadPanel(page).getByRole('button', { name: 'Resume paused.bin' }).click()
  await expect(row(page, 'paused.bin')).toBeVisible({ timeout: 30_000 })
  expect(await sha256Of(fs.createReadStream(await download(page, 'paused.bin')))).toBe(sha256)
})

test('after a reload the upload goes on from where it was, once the file is chosen again', async ({ page, drive }) => {
  const { file, sha256 } = bigFile('reloaded.bin', 200 * MIB)
  const before = received(drive)
  const halfway = Promise.race(drive.storages.map(({ proxy }) => proxy.reached(100 * MIB)))
  await chooseFiles(page, [file])
  await halfway
  page.on('dialog', (dialog) => dialog.accept())
  await page.reload()
  await expect(uploadPanel(page).getByText(/Choose the file again to go on/)).toBeVisible()
  const chooser = page.waitForEvent('filechooser')
  await uploadPanel(page)
    .getByRole('button', { name: /Choose the file/ })
    .first()
    .click()
  await (await chooser).setFiles([file])
  await expect(row(page, 'reloaded.bin')).toBeVisible({ timeout: 30_000 })
  expect(received(drive) - before).toBeLessThanOrEqual(208 * MIB)
  expect(await sha256Of(fs.createReadStream(await download(page, 'reloaded.bin')))).toBe(sha256)
})

function received(drive: { storages: { proxy: { receivedBytes: number } }[] }): number {
  return drive.storages.reduce((sum, { proxy }) => sum + proxy.receivedBytes, 0)
}

test('a dropped folder arrives with its folders', async ({ page }) => {
  const top = path.join(folder, 'Site photos')
  fs.mkdirSync(path.join(top, 'north', 'deep'), { recursive: true })
  fs.writeFileSync(path.join(top, 'readme.txt'), 'top')
  fs.writeFileSync(path.join(top, 'north', 'deep', 'stone.txt'), 'a stone')
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Upload options' }).click()
  await page.getByRole('menuitem', { name: 'Upload a folder' }).click()
  await (await chooser).setFiles(top)
  await expect(row(page, 'Site photos')).toBeVisible()
  await expect(uploadPanel(page).getByText('2 files uploaded')).toBeVisible()
  await openFolder(page, 'Site photos')
  await expect(row(page, 'readme.txt')).toBeVisible()
  await openFolder(page, 'north')
  await openFolder(page, 'deep')
  expect(fs.readFileSync(await download(page, 'stone.txt'), 'utf8')).toBe('a stone')
})

test('the second file of a name is kept beside the first', async ({ page }) => {
  await chooseFiles(page, [textFile('report.txt', 'first')])
  await expect(row(page, 'report.txt')).toBeVisible()
  await chooseFiles(page, [textFile('report.txt', 'second')])
  await page.getByRole('dialog').getByRole('button', { name: 'Upload 1' }).click()
  await expect(row(page, 'report (2).txt')).toBeVisible()
  expect(fs.readFileSync(await download(page, 'report.txt'), 'utf8')).toBe('first')
  expect(fs.readFileSync(await download(page, 'report (2).txt'), 'utf8')).toBe('second')
})

test('what does not fit is refused before a byte is sent, and what is too large as well', async ({ browser }) => {
  test.setTimeout(120_000)
  const small = await startDrive({
    CAIRN_QUOTA_DEFAULT_BYTES: String(6 * MIB),
    CAIRN_UPLOAD_MAX_BYTES: String(4 * MIB),
  })
  const page = await browser.newPage()
  try {
    await register(page, small.url)
    const before = received(small)
    await chooseFiles(page, [bigFile('too-large.bin', 5 * MIB).file])
    await expect(uploadPanel(page).getByText('Larger than this drive allows')).toBeVisible()
    await chooseFiles(
      page,
      ['first.bin', 'second.bin', 'third.bin'].map((name) => bigFile(name, 3 * MIB).file),
    )
    const dialog = page.getByRole('dialog', { name: 'Upload 3 files' })
    await expect(dialog.getByText(/^Not enough space: 3\.\d+ MB more needed/)).toBeVisible()
    await expect(dialog.getByRole('button', { name: 'Upload what fits (2)' })).toBeVisible()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    expect(received(small)).toBe(before)
    await chooseFiles(page, [textFile('fits.txt', 'small')])
    await expect(row(page, 'fits.txt')).toBeVisible()
  } finally {
    await page.close()
    await small.close()
  }
})
