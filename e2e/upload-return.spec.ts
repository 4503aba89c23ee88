// Uploads that go on: after a reload, on another device, with a file that was changed meanwhile.

import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type Browser, type BrowserType, expect, type LaunchOptions, type Page } from '@playwright/test'
import pg from 'pg'
import { sha256Of, writeRandomFile } from './big-file.ts'
import type { Drive } from './cluster.ts'
import { chooseFiles, download, type Person, row, signIn, uploadPanel } from './drive-page.ts'
import { test } from './drive-test.ts'
import { openPage, reload } from './living-page.ts'
import { AHEAD_BYTES, halted, receivedBytes, slowDown, speedUp } from './upload-line.ts'

const MIB = 1024 * 1024
const SIZE = 24 * MIB
const LARGE = 72 * MIB
/** What was on its way, and what lay ahead when another page or device went on. */
const LOST_BYTES_MAX = 10 * MIB + AHEAD_BYTES

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex')

// Each test sends a file about twice, which a busy machine takes its time for.
test.setTimeout(150_000)

test.afterEach(({ drive }) => speedUp(drive))

/** A second device of the same person. Its context is to be closed. */
async function signedInPhone(browser: Browser, drive: Drive, person: Person): Promise<Page> {
  const context = await browser.newContext({ userAgent: 'Mozilla/5.0 (Android 16; Mobile) Gecko/140 Firefox/140.0' })
  const phone = await context.newPage()
  await signIn(phone, drive.url, person)
  await expect(phone.getByRole('main')).toHaveAttribute('aria-busy', 'false')
  return phone
}

/** Makes a file in the browser's own file system, of a repeated megabyte, and returns what it holds. */
async function writePrivateFile(page: Page, name: string, size: number): Promise<string> {
  const block = randomBytes(MIB)
  await page.evaluate(
    async ([fileName, base64, blocks]) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
      const root = await navigator.storage.getDirectory()
      const writing = await (await root.getFileHandle(fileName, { create: true })).createWritable()
      for (let n = 0; n < blocks; n += 1) await writing.write(bytes)
      await writing.close()
    },
    [name, block.toString('base64'), size / MIB] as const,
  )
  const hash = createHash('sha256')
  for (let n = 0; n < size / MIB; n += 1) hash.update(block)
  return hash.digest('hex')
}

/** Drops a file of the browser's own file system: its handle is as real as that of a file on the disk. */
async function dropPrivateFile(page: Page, name: string): Promise<void> {
  await page.getByText('Lay the first stone').evaluate(async (pane, fileName) => {
    const root = await navigator.storage.getDirectory()
    const handle = await root.getFileHandle(fileName)
    const transfer = new DataTransfer()
    transfer.items.add(await handle.getFile())
    // What a script puts into a drop has no handle of its own, as what a person drops has.
    Object.assign(DataTransferItem.prototype, { getAsFileSystemHandle: () => Promise.resolve(handle) })
    for (const type of ['dragenter', 'dragover', 'drop']) {
      pane.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }))
    }
  }, name)
}

/**
 * Whether this browser can read back a file's handle that it kept. Chromium's "headless shell" (version 153) ends when it
 * tries, whatever the page; so another one is asked first.
 */
async function keepsHandles(browserType: BrowserType, launchOptions: LaunchOptions, url: string): Promise<boolean> {
  const browser = await browserType.launch(launchOptions)
  try {
    const page = await browser.newPage()
    await openPage(page, url)
    return await page.evaluate(async () => {
      const root = await navigator.storage.getDirectory()
      const handle = await root.getFileHandle('kept', { create: true })
      const done = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result)
          request.onerror = () => reject(request.error)
        })
      const opening = indexedDB.open('handles', 1)
      opening.onupgradeneeded = () => opening.result.createObjectStore('kept')
      const database = await done(opening)
      await done(database.transaction('kept', 'readwrite').objectStore('kept').put(handle, 1))
      return (await done(database.transaction('kept').objectStore('kept').get(1))).name === 'kept'
    })
  } catch (error) {
    if (browser.isConnected()) throw error
    return false
  } finally {
    await browser.close()
  }
}

test('a dropped file goes on after a reload by itself, from where it was', async ({
  page,
  drive,
  playwright,
  launchOptions,
}, info) => {
  const able = await keepsHandles(playwright.chromium, launchOptions, `${drive.url}/sign-in`)
  info.skip(!able, 'this browser ends when a page reads a handle that it kept')
  const content = await writePrivateFile(page, 'dropped.bin', LARGE)
  const before = receivedBytes(drive)
  slowDown(drive)
  const middle = halted(drive, LARGE / 2)
  await dropPrivateFile(page, 'dropped.bin')
  await middle
  page.on('dialog', (dialog) => dialog.accept())
  await reload(page)
  await expect(uploadPanel(page).getByText('dropped.bin')).toBeVisible()
  speedUp(drive)
  await expect(row(page, 'dropped.bin')).toBeVisible({ timeout: 60_000 })
  expect(receivedBytes(drive) - before).toBeLessThanOrEqual(LARGE + LOST_BYTES_MAX)
  expect(await sha256Of(fs.createReadStream(await download(page, 'dropped.bin')))).toBe(content)
})

test('all is paused while the files of an earlier page are still being opened: none goes on, until it is asked to', async ({
  page,
  drive,
  playwright,
  launchOptions,
}, info) => {
  const able = await keepsHandles(playwright.chromium, launchOptions, `${drive.url}/sign-in`)
  info.skip(!able, 'this browser ends when a page reads a handle that it kept')
  const names = Array.from({ length: 6 }, (_, index) => `opened-${index}.bin`)
  await page.route('**/files/**', (route) => route.abort())
  for (const name of names) {
    await writePrivateFile(page, name, MIB)
    await dropPrivateFile(page, name)
    await expect(uploadPanel(page).getByText(name)).toBeVisible()
  }
  // Each file is opened when the test says so.
  await page.addInitScript(() => {
    const { getFile } = FileSystemFileHandle.prototype
    let opened = 0
    Object.assign(globalThis, { mayOpen: 0 })
    FileSystemFileHandle.prototype.getFile = async function () {
      const turn = opened
      opened += 1
      while (Reflect.get(globalThis, 'mayOpen') <= turn) await new Promise(requestAnimationFrame)
      return await getFile.call(this)
    }
  })
  page.on('dialog', (dialog) => dialog.accept())
  await reload(page)
  const mayOpen = (count: number) => page.evaluate((n) => Object.assign(globalThis, { mayOpen: n }), count)
  await mayOpen(2)
  await expect(uploadPanel(page).getByText(/^Choose the file/)).toHaveCount(4)
  await uploadPanel(page).getByRole('button', { name: 'Pause all' }).click()
  await mayOpen(100)
  await expect(uploadPanel(page).getByRole('heading', { name: '2 files paused' })).toBeVisible()
  await page.unroute('**/files/**')
  await uploadPanel(page).getByRole('button', { name: 'Resume all' }).click()
  await uploadPanel(page).getByRole('button', { name: 'Go on with 4 files' }).click()
  await expect(uploadPanel(page).getByText(/6 files uploaded/)).toBeVisible({ timeout: 60_000 })
})

test('a file with other content but the same name, size and date is never put onto the old part', async ({
  page,
  drive,
}) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-return-'))
  const file = path.join(folder, 'swapped.bin')
  const first = Buffer.concat([randomBytes(MIB), Buffer.alloc(SIZE - MIB, 'a')])
  const second = Buffer.concat([first.subarray(0, SIZE - MIB), Buffer.alloc(MIB, 'b')])
  second[2 * MIB] = 'c'.charCodeAt(0)
  // A whole second: a time with fractions is not always what it was after it was set again.
  const time = 1_790_000_000
  fs.writeFileSync(file, first)
  fs.utimesSync(file, time, time)
  slowDown(drive)
  const middle = halted(drive, SIZE / 2)
  await chooseFiles(page, [file])
  await middle
  page.on('dialog', (dialog) => dialog.accept())
  await reload(page)
  await expect(uploadPanel(page).getByText(/Choose the file again/)).toBeVisible()
  fs.writeFileSync(file, second)
  fs.utimesSync(file, time, time)
  speedUp(drive)
  const chooser = page.waitForEvent('filechooser')
  await uploadPanel(page)
    .getByRole('button', { name: /Choose the file again/ })
    .click()
  await (await chooser).setFiles([file])
  await expect(row(page, 'swapped.bin')).toBeVisible({ timeout: 60_000 })
  expect(await sha256Of(fs.createReadStream(await download(page, 'swapped.bin')))).toBe(sha256(second))
  fs.rmSync(folder, { recursive: true })
})

/** On the page of unfinished uploads: the file is chosen, and this page sends what is left of it. */
async function goOnHere(page: Page, file: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: `Go on with ${path.basename(file)} here` }).click()
  await (await chooser).setFiles([file])
}

test('another device takes an upload over, and the first one says where it goes on', async ({
  page,
  drive,
  browser,
  person,
}) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-return-'))
  const file = path.join(folder, 'travels.bin')
  const content = writeRandomFile(file, LARGE)
  const before = receivedBytes(drive)
  slowDown(drive)
  const middle = halted(drive, LARGE / 2)
  await chooseFiles(page, [file])
  await middle
  await uploadPanel(page).getByRole('button', { name: 'Pause travels.bin' }).click()
  const phone = await signedInPhone(browser, drive, person)
  await openPage(phone, `${drive.url}/settings/uploads`)
  await expect(phone.getByText(/\d+% · .* · Chrome, Linux/)).toBeVisible()
  await goOnHere(phone, file)
  await expect(uploadPanel(phone).getByText('travels.bin')).toBeVisible()
  await page.bringToFront()
  await uploadPanel(page).getByRole('button', { name: 'Resume travels.bin' }).click()
  await expect(
    uploadPanel(page).getByText(/Uploading on “Firefox, Android”|Stored · finished on another device/),
  ).toBeVisible()
  speedUp(drive)
  await expect(uploadPanel(phone).getByText(/1 file uploaded/)).toBeVisible({ timeout: 60_000 })
  expect(receivedBytes(drive) - before).toBeLessThanOrEqual(LARGE + LOST_BYTES_MAX)
  await phone.context().close()
  await reload(page)
  expect(await sha256Of(fs.createReadStream(await download(page, 'travels.bin')))).toBe(content)
  fs.rmSync(folder, { recursive: true })
})

test('a page that lacks the file of an upload learns that another device has finished it', async ({
  page,
  drive,
  browser,
  person,
}) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-return-'))
  const file = path.join(folder, 'lacked.bin')
  const content = writeRandomFile(file, SIZE)
  await page.clock.install()
  slowDown(drive)
  const middle = halted(drive, SIZE / 4)
  await chooseFiles(page, [file])
  await middle
  page.on('dialog', (dialog) => dialog.accept())
  await reload(page)
  await expect(uploadPanel(page).getByText(/^Choose the file again/)).toBeVisible()
  speedUp(drive)
  const phone = await signedInPhone(browser, drive, person)
  await openPage(phone, `${drive.url}/settings/uploads`)
  await goOnHere(phone, file)
  await expect(uploadPanel(phone).getByText(/1 file uploaded/)).toBeVisible({ timeout: 60_000 })
  await phone.context().close()
  await page.bringToFront()
  // It looks ever more seldom, at last twice a minute.
  await page.clock.fastForward(30_000)
  await expect(uploadPanel(page).getByText('Stored · finished on another device')).toBeVisible({ timeout: 60_000 })
  expect(await sha256Of(fs.createReadStream(await download(page, 'lacked.bin')))).toBe(content)
  fs.rmSync(folder, { recursive: true })
})

test('files that another device is sending are not sent twice: they stay there, or are taken over', async ({
  page,
  drive,
  browser,
  person,
}) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-return-'))
  const names = Array.from({ length: 12 }, (_, index) => `shared-${String(index).padStart(2, '0')}.bin`)
  const files = names.map((name) => path.join(folder, name))
  // Large enough that they are not all there before a busy machine has signed the second device in.
  const contents = files.map((file) => writeRandomFile(file, 3 * MIB))
  slowDown(drive, 256 * 1024)
  const begun = halted(drive, MIB / 4)
  await chooseFiles(page, files)
  await begun
  const phone = await signedInPhone(browser, drive, person)
  const own = path.join(folder, 'of the phone.bin')
  writeRandomFile(own, MIB)
  await chooseFiles(phone, [...files, own])
  await expect(uploadPanel(phone).getByText('Uploading on “Chrome, Linux”').first()).toBeVisible()
  await expect(uploadPanel(phone).getByRole('button', { name: /^Take over all/ })).toBeVisible()
  const third = uploadPanel(phone).getByRole('button', { name: `Take over ${names[2]}` })
  await third.click()
  await expect(third).toHaveCount(0)
  speedUp(drive)
  await expect(uploadPanel(phone).getByText(/13 files uploaded/)).toBeVisible({ timeout: 90_000 })
  await expect(row(phone, 'of the phone.bin')).toBeVisible()
  await reload(phone)
  await expect(phone.getByRole('grid')).toHaveAttribute('aria-rowcount', '14')
  for (const index of [0, 2, 11]) {
    const stored = await download(phone, names[index] ?? '')
    expect(await sha256Of(fs.createReadStream(stored))).toBe(contents[index])
  }
  await phone.context().close()
  fs.rmSync(folder, { recursive: true })
})

/** Waits until a page has said goodbye, and puts that into the past: it may have been loading anew. */
async function farewellIsOver({ databaseUrl }: Drive): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const over = `UPDATE upload SET alive_at = alive_at - interval '1 minute'
      WHERE state IN ('created', 'uploading') AND alive_at < now() - interval '2 minutes'`
    await expect.poll(async () => (await client.query(over)).rowCount).toBe(1)
  } finally {
    await client.end()
  }
}

test('what a closed page leaves goes on by itself on the device that chose the same file, from where it was', async ({
  page,
  drive,
  browser,
  person,
}) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-return-'))
  const file = path.join(folder, 'left.bin')
  const content = writeRandomFile(file, LARGE)
  const before = receivedBytes(drive)
  slowDown(drive)
  const middle = halted(drive, LARGE / 2)
  await chooseFiles(page, [file])
  await middle
  const phone = await signedInPhone(browser, drive, person)
  await phone.clock.install()
  await reload(phone)
  await chooseFiles(phone, [file])
  await expect(uploadPanel(phone).getByText('Uploading on “Chrome, Linux”')).toBeVisible()
  await page.close()
  speedUp(drive)
  await farewellIsOver(drive)
  // It looks ever more seldom, at last twice a minute.
  await phone.clock.fastForward(30_000)
  await expect(uploadPanel(phone).getByText(/1 file uploaded/)).toBeVisible({ timeout: 90_000 })
  expect(receivedBytes(drive) - before).toBeLessThanOrEqual(LARGE + LOST_BYTES_MAX)
  await reload(phone)
  expect(await sha256Of(fs.createReadStream(await download(phone, 'left.bin')))).toBe(content)
  await phone.context().close()
  fs.rmSync(folder, { recursive: true })
})
