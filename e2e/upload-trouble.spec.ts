// Uploads in the world as it is: lines that break, slow phones, files that vanish, servers that stumble, a second tab.

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, type Page, type Route } from '@playwright/test'
import { sha256Of, writeRandomFile } from './big-file.ts'
import { chooseFiles, download, row, textFile, uploadPanel } from './drive-page.ts'
import { test } from './drive-test.ts'
import { openPage, reload } from './living-page.ts'
import { picture } from './made-files.ts'
import { AHEAD_BYTES, halted, LANES, receivedBytes, slowDown, speedUp, underWay } from './upload-line.ts'

const MIB = 1024 * 1024
const SIZE = 24 * MIB
/** What may have been on its way on each connection when a line broke. */
const LOST_BYTES_MAX = 2 * MIB
let folder: string

// Each test sends a file about twice, which a busy machine takes its time for.
test.setTimeout(150_000)

test.beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-trouble-'))
})

test.afterEach(({ drive }) => {
  speedUp(drive)
  fs.rmSync(folder, { recursive: true })
})

function bigFile(name: string, size = SIZE) {
  const file = path.join(folder, name)
  return { file, sha256: writeRandomFile(file, size) }
}

async function chooseAgain(page: Page, file: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await uploadPanel(page)
    .getByRole('button', { name: /Choose the file again/ })
    .click()
  await (await chooser).setFiles([file])
}

/** Numbers from 0 to 1 that look random and are the same with the same seed. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

test('a line that breaks at random places costs no file and next to no byte', async ({ page, drive }, info) => {
  // Other places with `--repeat-each`.
  const random = seeded(info.repeatEachIndex + 1)
  const cuts = 5
  const { file, sha256 } = bigFile('broken.bin', 2 * SIZE)
  const before = receivedBytes(drive)
  slowDown(drive, 12 * MIB)
  const beginning = halted(drive, MIB)
  await chooseFiles(page, [file])
  await beginning
  slowDown(drive, 12 * MIB)
  for (let cut = 0; cut < cuts; cut += 1) {
    const line = await underWay(drive, Math.ceil((1 + random()) * 3 * MIB))
    line.cutNow()
  }
  speedUp(drive)
  await expect(row(page, 'broken.bin')).toBeVisible({ timeout: 60_000 })
  expect(receivedBytes(drive) - before).toBeLessThanOrEqual(2 * SIZE + cuts * LANES * LOST_BYTES_MAX)
  expect(await sha256Of(fs.createReadStream(await download(page, 'broken.bin')))).toBe(sha256)
})

test('a second tab leaves an upload alone, and goes on with it when the first is closed', async ({
  page,
  drive,
  context,
}) => {
  const { file, sha256 } = bigFile('two-tabs.bin', 3 * SIZE)
  const before = receivedBytes(drive)
  slowDown(drive)
  const middle = halted(drive, 1.5 * SIZE)
  await chooseFiles(page, [file])
  await middle
  const second = await context.newPage()
  await openPage(second, `${drive.url}/drive`)
  await expect(second.getByRole('main')).toHaveAttribute('aria-busy', 'false')
  await expect(uploadPanel(second)).toHaveCount(0)
  await page.close()
  speedUp(drive)
  await reload(second)
  await chooseAgain(second, file)
  await expect(row(second, 'two-tabs.bin')).toBeVisible({ timeout: 60_000 })
  expect(receivedBytes(drive) - before).toBeLessThanOrEqual(3 * SIZE + LANES * LOST_BYTES_MAX + AHEAD_BYTES)
  expect(await sha256Of(fs.createReadStream(await download(second, 'two-tabs.bin')))).toBe(sha256)
})

test('while there is no network the tab says so, and who leaves is asked', async ({ page, drive, context }) => {
  const { file } = bigFile('waits.bin')
  slowDown(drive)
  const middle = halted(drive, SIZE / 4)
  await chooseFiles(page, [file])
  await middle
  await expect(page).toHaveTitle(/^\d+% · Uploading$/)
  await context.setOffline(true)
  // What is on its way arrives all the same.
  slowDown(drive)
  await expect(page).toHaveTitle(/^\d+% · Waiting for network$/)
  const asked = page.waitForEvent('dialog')
  await page.evaluate(() => setTimeout(() => location.reload()))
  const dialog = await asked
  expect(dialog.type()).toBe('beforeunload')
  await dialog.dismiss()
  speedUp(drive)
  await context.setOffline(false)
  await expect(row(page, 'waits.bin')).toBeVisible({ timeout: 60_000 })
  await expect(page).toHaveTitle('Drive · Cairn')
})

test('a file that vanishes from the disk is asked for, and begins anew when it comes back with other content', async ({
  page,
  drive,
}) => {
  const { file } = bigFile('IMG_0001.mov')
  slowDown(drive)
  const middle = halted(drive, SIZE / 2)
  await chooseFiles(page, [file])
  const line = await middle
  fs.rmSync(file)
  // What was opened can be read to its end; after this it has to be opened again.
  line.cutNow()
  await expect(uploadPanel(page).getByText(/^Choose the file again to go on from \d+%/)).toBeVisible({
    timeout: 30_000,
  })
  speedUp(drive)
  // As iOS does it: a photo is encoded anew each time that it is chosen.
  const sha256 = writeRandomFile(file, SIZE - MIB)
  await chooseAgain(page, file)
  await expect(row(page, 'IMG_0001.mov')).toBeVisible({ timeout: 60_000 })
  expect(await sha256Of(fs.createReadStream(await download(page, 'IMG_0001.mov')))).toBe(sha256)
})

test('a web server and a storage that stumble, and a ticket that is refused, fail no file', async ({ page }) => {
  const renewed = page.waitForRequest((request) => request.method() === 'POST' && /\/ticket\?/.test(request.url()), {
    timeout: 60_000,
  })
  await page.route('**/api/uploads', (route) => route.fulfill({ status: 502, body: 'Bad Gateway' }), { times: 1 })
  await page.route('**/api/uploads/complete', (route) => route.fulfill({ status: 500, body: '' }), { times: 1 })
  const stumbles = [503, 401]
  await page.route('**/files/**', async (route) => {
    const status = stumbles.shift()
    if (status === undefined) return await route.continue()
    await route.fulfill({ status, headers: { 'access-control-allow-origin': '*' }, body: '' })
  })
  await chooseFiles(page, [textFile('patient.txt', 'in the end')])
  await renewed
  await expect(row(page, 'patient.txt')).toBeVisible({ timeout: 60_000 })
  expect(stumbles).toEqual([])
  expect(fs.readFileSync(await download(page, 'patient.txt'), 'utf8')).toBe('in the end')
})

/** The server hears what is announced, and the page does not hear the answer. */
async function loseAnswers(page: Page, times: number): Promise<void> {
  const lose = async (route: Route) => {
    if (route.request().method() !== 'POST') return await route.continue()
    await route.fetch()
    await route.abort('connectionreset')
  }
  await page.route('**/api/uploads', lose, { times })
}

async function unfinished(page: Page): Promise<number> {
  return (await (await page.request.get(new URL('/api/uploads', page.url()).href)).json()).items.length
}

test('files whose announcement was heard, and its answer lost, arrive once and keep no space twice', async ({
  page,
}) => {
  await loseAnswers(page, 1)
  await chooseFiles(page, [textFile('a.txt', 'first'), textFile('b.txt', 'second')])
  await expect(uploadPanel(page).getByText('2 files uploaded')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('main').getByRole('row')).toHaveCount(3)
  await expect.poll(() => unfinished(page)).toBe(0)
})

test('files whose page was left before the answer to their announcement keep no space, and go on', async ({ page }) => {
  let isHeard = false
  await page.route('**/api/uploads', async (route) => {
    if (isHeard || route.request().method() !== 'POST') return await route.continue()
    isHeard = true
    await route.fetch()
  })
  const files = [textFile('a.txt', 'first'), textFile('b.txt', 'second')]
  await chooseFiles(page, files)
  await expect.poll(() => unfinished(page)).toBe(2)
  page.on('dialog', (dialog) => dialog.accept())
  await reload(page)
  await expect(uploadPanel(page).getByText('Go on with 2 files')).toBeVisible()
  await expect.poll(() => unfinished(page)).toBe(0)
  const chooser = page.waitForEvent('filechooser')
  await uploadPanel(page).getByRole('button', { name: 'Choose the files' }).click()
  await (await chooser).setFiles(files)
  await expect(uploadPanel(page).getByText('2 files uploaded')).toBeVisible()
  await expect(page.getByRole('main').getByRole('row')).toHaveCount(3)
})

test('a file that is cancelled after the answer to its announcement was lost keeps no space', async ({ page }) => {
  await loseAnswers(page, 1)
  await chooseFiles(page, [textFile('regretted.txt', 'never mind')])
  await expect(
    uploadPanel(page)
      .getByText(/^Waiting for/)
      .first(),
  ).toBeVisible({ timeout: 30_000 })
  await uploadPanel(page).getByRole('button', { name: 'Cancel regretted.txt' }).click()
  await expect.poll(() => unfinished(page), { timeout: 30_000 }).toBe(0)
  await expect(row(page, 'regretted.txt')).toHaveCount(0)
})

/** From now on the browser's own notes of uploads wait, in the order that they came, until they are let go. */
async function holdNotes(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => {
    const { put, delete: remove } = IDBObjectStore.prototype
    const notes = { isHeld: true, forgotten: 0 }
    // A transaction lasts as long as something is asked of it.
    const hold = (store: IDBObjectStore) => {
      if (notes.isHeld) store.count().onsuccess = () => hold(store)
    }
    IDBObjectStore.prototype.put = function (...given) {
      hold(this)
      return put.apply(this, given)
    }
    IDBObjectStore.prototype.delete = function (key) {
      notes.forgotten += 1
      return remove.call(this, key)
    }
    Reflect.set(window, 'notes', notes)
  })
  return async () => {
    await page.waitForFunction(() => Reflect.get(window, 'notes').forgotten > 0)
    await page.evaluate(() => Reflect.set(Reflect.get(window, 'notes'), 'isHeld', false))
  }
}

function notesKept(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const known = (await indexedDB.databases()).find(({ name = '' }) => name.startsWith('cairn-uploads'))
    return await new Promise<number>((resolve, reject) => {
      const opening = indexedDB.open(known?.name ?? '')
      opening.onerror = () => reject(opening.error)
      opening.onsuccess = () => {
        const counting = opening.result.transaction('files').objectStore('files').count()
        counting.onsuccess = () => {
          opening.result.close()
          resolve(counting.result)
        }
      }
    })
  })
}

test('files that are stored before the browser has noted them down do not come back with a later page', async ({
  page,
}) => {
  // More than are noted in one go.
  const count = 400
  const letGo = await holdNotes(page)
  await chooseFiles(
    page,
    Array.from({ length: count }, (_, index) => textFile(`${index}.txt`, `note ${index}`)),
  )
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `Upload ${count}` })
    .click()
  await expect(uploadPanel(page).getByText(`${count} files uploaded`)).toBeVisible({ timeout: 60_000 })
  await letGo()
  await expect.poll(() => notesKept(page), { timeout: 30_000 }).toBe(0)
  await reload(page)
  await expect(page.getByRole('main')).toHaveAttribute('aria-busy', 'false')
  await expect(uploadPanel(page)).toHaveCount(0)
})

test.describe('on a phone with slow 3G', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 })

  test('a photo of the camera arrives, named by its moment, and the folded panel tells how far it is', async ({
    page,
  }) => {
    const photo = picture('IMG_0001.JPG', [20, 100, 120])
    const client = await page.context().newCDPSession(page)
    await page.getByRole('button', { name: 'Add' }).tap()
    await client.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 400,
      downloadThroughput: 50_000,
      uploadThroughput: 50_000,
    })
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('dialog').getByRole('button', { name: 'Take a photo' }).tap()
    // Bytes after the end of a picture are no part of it, and take as long to send as any.
    const buffer = Buffer.concat([photo.buffer, Buffer.alloc(150_000)])
    await (await chooser).setFiles([{ ...photo, buffer }])
    await expect(page.getByRole('button', { name: /^Show uploads: Uploading 1 file · \d+%/ })).toBeVisible({
      timeout: 30_000,
    })
    const stored = page.getByRole('row').filter({ hasText: /^\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.jpg/ })
    await expect(stored).toContainText('151 KB', { timeout: 60_000 })
  })
})
