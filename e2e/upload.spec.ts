import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from '@playwright/test'
import pg from 'pg'
import { sha256Of, writeRandomFile } from './big-file.ts'
import { chooseFiles, download, openFolder, row, textFile, uploadPanel } from './drive-page.ts'
import { test, UPLOAD_MAX_BYTES } from './drive-test.ts'
import { reload } from './living-page.ts'
import { fileIdOf, sha256At } from './stored-file.ts'
import { AHEAD_BYTES, halted, receivedBytes, slowDown, speedUp } from './upload-line.ts'

const MIB = 1024 * 1024
const SIZE = 16 * MIB
let folder: string

test.beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-upload-'))
})

test.afterEach(({ drive }) => {
  speedUp(drive)
  fs.rmSync(folder, { recursive: true })
})

function bigFile(name: string, size: number) {
  const file = path.join(folder, name)
  return { file, sha256: writeRandomFile(file, size) }
}

test('several files at once arrive whole, with both copies; an empty one is kept as it is', async ({ page, drive }) => {
  const texts = new Map([
    ['north.txt', 'one'],
    ['south.txt', 'two'],
    ['潮位观测数据.csv', 'a,b\n1,2\n'],
  ])
  await chooseFiles(
    page,
    [...texts, ['nothing.txt', ''] as const].map(([name, text]) => textFile(name, text)),
  )
  for (const [name, text] of texts) {
    await expect(row(page, name)).toBeVisible()
    expect(fs.readFileSync(await download(page, name), 'utf8')).toBe(text)
    const fileId = await fileIdOf(drive, name)
    const expected = createHash('sha256').update(text).digest('hex')
    for (const storage of drive.storages) await expect.poll(() => sha256At(drive, storage, fileId)).toBe(expected)
  }
  await expect(uploadPanel(page).getByText('4 files uploaded')).toBeVisible()
  // The sidebar follows by itself.
  await expect(page.getByRole('img', { name: /^14 B of/ })).toBeVisible()
  expect(fs.statSync(await download(page, 'nothing.txt')).size).toBe(0)
})

test('a cancelled upload leaves nothing and gives its space back', async ({ page, drive }) => {
  const { file } = bigFile('cancelled.bin', SIZE)
  slowDown(drive)
  const middle = halted(drive, SIZE / 2)
  await chooseFiles(page, [file])
  await middle
  await uploadPanel(page).getByRole('button', { name: 'Cancel cancelled.bin' }).click()
  await expect(uploadPanel(page).getByText('cancelled.bin')).toHaveCount(0)
  const quota = async () => (await (await page.request.get(`${drive.url}/api/me`)).json()).quota
  await expect.poll(quota).toMatchObject({ usedBytes: 0, reservedBytes: 0 })
  await reload(page)
  await expect(page.getByText('Lay the first stone')).toBeVisible()
})

test('an upload goes on from where it was: resumed after a pause, and after a reload once the file is chosen again', async ({
  page,
  drive,
}) => {
  const { file, sha256 } = bigFile('goes-on.bin', 4 * SIZE)
  await chooseFiles(page, [bigFile('stored.bin', SIZE).file])
  await expect(uploadPanel(page).getByText('1 file uploaded')).toBeVisible()
  const before = receivedBytes(drive)
  slowDown(drive)
  const middle = halted(drive, SIZE)
  await chooseFiles(page, [file])
  await middle
  await uploadPanel(page).getByRole('button', { name: 'Pause goes-on.bin' }).click()
  await expect(uploadPanel(page).getByText(/^Paused at \d+%/)).toBeVisible()
  slowDown(drive)
  const further = halted(drive, SIZE)
  await uploadPanel(page).getByRole('button', { name: 'Resume goes-on.bin' }).click()
  await further
  page.on('dialog', (dialog) => dialog.accept())
  await reload(page)
  await expect(uploadPanel(page).getByText(/Choose the file again to go on/)).toBeVisible()
  // Of both files: what is stored and what the storage has are not begun again, for the eye neither.
  await expect(uploadPanel(page).getByText(/ of 83\.9 MB kept/)).toBeVisible()
  const whole = uploadPanel(page).getByRole('progressbar', { name: 'Total progress' })
  expect(Number(await whole.getAttribute('aria-valuenow'))).toBeGreaterThanOrEqual(20)
  speedUp(drive)
  const chooser = page.waitForEvent('filechooser')
  await uploadPanel(page)
    .getByRole('button', { name: /Choose the file/ })
    .first()
    .click()
  await (await chooser).setFiles([file])
  await expect(row(page, 'goes-on.bin')).toBeVisible({ timeout: 30_000 })
  await expect(uploadPanel(page).getByText('2 files uploaded')).toBeVisible()
  // What was on its way when it was stopped, twice, and what lay ahead when the page went.
  expect(receivedBytes(drive) - before).toBeLessThanOrEqual(4 * SIZE + 8 * MIB + AHEAD_BYTES)
  expect(await sha256Of(fs.createReadStream(await download(page, 'goes-on.bin')))).toBe(sha256)
})

test('files that are chosen again while they are on their way are sent once', async ({ page, drive }) => {
  const again = bigFile('again.bin', SIZE).file
  const other = bigFile('other.bin', MIB).file
  slowDown(drive)
  const begun = halted(drive, MIB)
  await chooseFiles(page, [again])
  await begun
  await chooseFiles(page, [again])
  await expect(page.getByText('This file is on the way already.')).toBeVisible()
  await chooseFiles(page, [again, other])
  speedUp(drive)
  await expect(uploadPanel(page).getByText('2 files uploaded')).toBeVisible({ timeout: 30_000 })
  await expect(page.locator('[data-entry]')).toHaveCount(2)
})

test('keys that pause, resume and cancel lose no focus', async ({ page, drive }) => {
  const files = ['one.bin', 'two.bin'].map((name) => bigFile(name, SIZE).file)
  slowDown(drive)
  const begun = halted(drive, MIB)
  await chooseFiles(page, files)
  await begun
  const button = (name: string) => uploadPanel(page).getByRole('button', { name })
  const rowOf = (name: string) => uploadPanel(page).getByRole('listitem').filter({ hasText: name })
  await button('Pause one.bin').focus()
  await page.keyboard.press('Enter')
  await expect(button('Resume one.bin')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(button('Pause one.bin')).toBeFocused()
  await button('Cancel one.bin').focus()
  await page.keyboard.press('Enter')
  await expect(rowOf('one.bin')).toHaveCount(0)
  await expect(uploadPanel(page).locator(':focus')).toHaveCount(1)
  await button('Cancel two.bin').press('Enter')
  await expect(uploadPanel(page)).toHaveCount(0)
  await expect(page.getByRole('main').locator(':focus')).toHaveCount(1)
})

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

test('what is too large or does not fit is refused before a byte of it is sent, and the rest goes on', async ({
  page,
  drive,
  person,
}) => {
  const before = receivedBytes(drive)
  const tooLarge = path.join(folder, 'too-large.bin')
  fs.writeFileSync(tooLarge, '')
  fs.truncateSync(tooLarge, UPLOAD_MAX_BYTES + 1)
  await chooseFiles(page, [tooLarge])
  await expect(uploadPanel(page).getByText('Larger than this drive allows')).toBeVisible()
  const client = new pg.Client({ connectionString: drive.databaseUrl })
  await client.connect()
  await client.query(
    'UPDATE quota SET allowed = $1 FROM person WHERE person.id = quota.user_id AND person.email = $2',
    [7 * MIB, person.email],
  )
  await client.end()
  await chooseFiles(
    page,
    ['first.bin', 'second.bin', 'third.bin'].map((name) => bigFile(name, 3 * MIB).file),
  )
  const dialog = page.getByRole('dialog', { name: 'Upload 3 files' })
  await expect(dialog.getByText(/^Not enough space: 2\.\d+ MB more needed/)).toBeVisible()
  expect(receivedBytes(drive)).toBe(before)
  await dialog.getByRole('button', { name: 'Upload what fits (2)' }).click()
  await expect(row(page, 'first.bin')).toBeVisible()
  await expect(row(page, 'second.bin')).toBeVisible()
  await expect(uploadPanel(page).getByText(/^Not enough space: 2\.\d+ MB more needed/)).toBeVisible()
  await chooseFiles(page, [textFile('fits.txt', 'small')])
  await expect(row(page, 'fits.txt')).toBeVisible()
  expect(receivedBytes(drive) - before).toBeLessThan(7 * MIB)
})

test('a quota that is used up in the middle of a queue stops what is left, with the reason, until there is room', async ({
  page,
  drive,
  person,
}) => {
  const size = 64 * 1024
  const names = Array.from({ length: 60 }, (_, index) => `queued-${String(index).padStart(2, '0')}.bin`)
  const allow = async (of: string) => {
    const client = new pg.Client({ connectionString: drive.databaseUrl })
    await client.connect()
    await client.query(
      `UPDATE quota SET allowed = ${of} FROM person WHERE person.id = quota.user_id AND person.email = $1`,
      [person.email],
    )
    await client.end()
  }
  // The server hears of a drop in lots. After the first one somebody leaves room for five more.
  let lots = 0
  await page.route('**/api/uploads', async (route) => {
    if (route.request().method() === 'POST') {
      lots += 1
      if (lots === 2) await allow(`used + reserved + ${5 * size}`)
    }
    await route.continue()
  })
  const files = names.map((name) => bigFile(name, size).file)
  await chooseFiles(page, files)
  await expect(
    uploadPanel(page)
      .getByText(/^Not enough space: /)
      .first(),
  ).toBeVisible({ timeout: 60_000 })
  await expect(uploadPanel(page).getByText(/55 files uploaded/)).toBeVisible({ timeout: 60_000 })
  expect(lots).toBeGreaterThan(1)

  // What did not fit is not lost with the page; a name that was refused is not asked for again.
  await allow(String(2 ** 40))
  await reload(page)
  const chooser = page.waitForEvent('filechooser')
  await expect(uploadPanel(page).getByText('Go on with 5 files')).toBeVisible()
  await uploadPanel(page).getByRole('button', { name: 'Choose the files' }).click()
  await (await chooser).setFiles(files)
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '61', { timeout: 60_000 })
})
