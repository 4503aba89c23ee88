// Large files over lines on which one connection is slow: several segments of one file at once.

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { sha256Of, writeRandomFile } from './big-file.ts'
import { chooseFiles, download, row, signIn, uploadPanel } from './drive-page.ts'
import { test } from './drive-test.ts'
import { openPage, reload } from './living-page.ts'
import { AHEAD_BYTES, halted, LANES, receivedBytes, slowDown, speedUp } from './upload-line.ts'

const MIB = 1024 * 1024
const SIZE = 72 * MIB
/** What may be on its way when lines break or are left. */
const LOST_BYTES_MAX = LANES * 2 * MIB
let folder: string
let file: string
let sha256: string

test.setTimeout(180_000)

test.beforeEach(({ drive }) => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-segments-'))
  file = path.join(folder, 'long.bin')
  sha256 = writeRandomFile(file, SIZE)
  slowDown(drive)
})

test.afterEach(({ drive }) => {
  speedUp(drive)
  fs.rmSync(folder, { recursive: true })
})

/** What a page sends to storages from now on: where segments begin, and how many were under way at once. */
function watchSegments(page: Page) {
  const seen = { offsets: [] as number[], atOnce: 0, streamed: 0 }
  const open = new Set<unknown>()
  page.on('request', (request) => {
    const segment = request.headers()['upload-segment']
    if (request.method() === 'PATCH') seen.streamed += 1
    if (segment === undefined) return
    seen.offsets.push(Number(segment))
    open.add(request)
    seen.atOnce = Math.max(seen.atOnce, open.size)
  })
  page.on('requestfinished', (request) => open.delete(request))
  page.on('requestfailed', (request) => open.delete(request))
  return seen
}

async function arrives(page: Page): Promise<void> {
  await expect(row(page, 'long.bin')).toBeVisible({ timeout: 90_000 })
  expect(await sha256Of(fs.createReadStream(await download(page, 'long.bin')))).toBe(sha256)
}

async function chooseAgain(page: Page, button: RegExp): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: button }).click()
  await (await chooser).setFiles([file])
}

test('three segments go side by side, a break costs what was on its way, a reload what lay ahead', async ({
  page,
  drive,
}) => {
  const before = receivedBytes(drive)
  const seen = watchSegments(page)
  const middle = halted(drive, SIZE / 3)
  await chooseFiles(page, [file])
  const line = await middle
  await expect.poll(() => seen.atOnce).toBeGreaterThanOrEqual(LANES)
  slowDown(drive)
  const further = halted(drive, SIZE / 4)
  line.cutNow()
  await further
  // What had come of the broken segments was not sent again.
  expect(new Set(seen.offsets).size).toBeGreaterThanOrEqual(seen.offsets.length - LANES)
  page.on('dialog', (dialog) => dialog.accept())
  await reload(page)
  await expect(uploadPanel(page).getByText(/^Choose the file again to go on from [1-9]\d?%/)).toBeVisible()
  Object.assign(seen, { offsets: [], atOnce: 0 })
  slowDown(drive)
  await chooseAgain(page, /Choose the file again/)
  await expect.poll(() => seen.atOnce).toBeGreaterThanOrEqual(LANES)
  speedUp(drive)
  await arrives(page)
  expect(receivedBytes(drive) - before).toBeLessThanOrEqual(SIZE + 2 * LOST_BYTES_MAX + AHEAD_BYTES)
})

test('what was paused among segments goes on among them, and with a limit of speed as one stream', async ({
  page,
  drive,
}) => {
  const before = receivedBytes(drive)
  const seen = watchSegments(page)
  const panel = uploadPanel(page)
  const middle = halted(drive, SIZE / 3)
  await chooseFiles(page, [file])
  await middle
  await expect.poll(() => seen.atOnce).toBeGreaterThanOrEqual(LANES)
  await panel.getByRole('button', { name: 'Pause long.bin' }).click()
  await expect(panel.getByText(/^Paused at \d+%/)).toBeVisible()
  slowDown(drive)
  const further = halted(drive, SIZE / 4)
  await panel.getByRole('button', { name: 'Resume long.bin' }).click()
  await further
  await panel.getByRole('button', { name: 'No limit' }).click()
  await page.getByRole('menuitemradio', { name: 'At most 5 MB/s' }).click()
  const [segments, streamed] = [seen.offsets.length, seen.streamed]
  slowDown(drive)
  await expect.poll(() => seen.streamed).toBeGreaterThan(streamed + LANES)
  expect(seen.offsets.length).toBeLessThanOrEqual(segments + LANES)
  speedUp(drive)
  await arrives(page)
  expect(receivedBytes(drive) - before).toBeLessThanOrEqual(SIZE + 2 * LOST_BYTES_MAX)
})

test('another device takes a file over in the middle of its segments', async ({ page, drive, browser, person }) => {
  const seen = watchSegments(page)
  const middle = halted(drive, SIZE / 4)
  await chooseFiles(page, [file])
  await middle
  await expect.poll(() => seen.atOnce).toBeGreaterThanOrEqual(LANES)
  const context = await browser.newContext()
  const other = await context.newPage()
  await signIn(other, drive.url, person)
  await expect(other.getByRole('main')).toHaveAttribute('aria-busy', 'false')
  await openPage(other, `${drive.url}/settings/uploads`)
  const theirs = watchSegments(other)
  await chooseAgain(other, /^Go on with long\.bin here/)
  await expect(uploadPanel(page).getByText(/^Uploading on “/)).toBeVisible({ timeout: 60_000 })
  slowDown(drive)
  await expect.poll(() => theirs.atOnce).toBeGreaterThanOrEqual(LANES)
  speedUp(drive)
  await expect(uploadPanel(other).getByText('1 file uploaded')).toBeVisible({ timeout: 90_000 })
  const ended = seen.offsets.length
  await context.close()
  await reload(page)
  await arrives(page)
  expect(seen.offsets.length).toBe(ended)
})
