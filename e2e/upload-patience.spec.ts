// Uploads that wait, and what ends their waiting: a person, a computer that wakes, a fresh ticket.

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openMasterKeys, sign, verify } from '@cairn/dfs-core/tickets'
import { expect, type Page, type Request } from '@playwright/test'
import { sha256Of, writeRandomFile } from './big-file.ts'
import type { Drive } from './cluster.ts'
import { chooseFiles, download, row, textFile, uploadPanel } from './drive-page.ts'
import { test } from './drive-test.ts'
import { reload } from './living-page.ts'
import { fileIdOf, sha256At } from './stored-file.ts'
import { LANES, receivedBytes, slowDown, speedUp } from './upload-line.ts'

const MIB = 1024 * 1024
const HOUR_MS = 3_600_000
/** Each so often a page looks whether it has slept. */
const LOOK_MS = 5_000
/** At least twice as long. */
const LONG_PAUSE = /Trying again in (1[1-9]|[2-9]\d) s/
const FILES = '**/files/**'

test.setTimeout(150_000)

test.afterEach(({ drive }) => speedUp(drive))

/** What a page does when it goes on: it asks for a ticket, or turns to the storage. */
const goesOn = (request: Request) => /\/files\/|\/ticket\?/.test(request.url())

/**
 * Leaves the page with an upload that no storage has answered, in a long pause. The page's clock stands still from then
 * on, so that no pause ends by itself: what goes on has been told to.
 */
async function waitingForLong(page: Page, name: string): Promise<void> {
  await page.clock.install()
  await reload(page)
  await page.route(FILES, (route) => route.abort('connectionfailed'))
  await chooseFiles(page, [textFile(name, 'in the end')])
  const line = uploadPanel(page).getByText(/Trying again in/)
  await expect(line).toBeVisible()
  // It cannot be stopped in its past, and a busy machine takes its time for that.
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 25_000)
  await expect(async () => {
    await page.clock.runFor(1_000)
    await expect(line).toHaveText(LONG_PAUSE, { timeout: 100 })
  }).toPass({ timeout: 90_000, intervals: [50] })
}

async function arrives(page: Page, name: string): Promise<void> {
  await page.clock.resume()
  await expect(row(page, name)).toBeVisible({ timeout: 60_000 })
  expect(fs.readFileSync(await download(page, name), 'utf8')).toBe('in the end')
}

test('who presses Try now does not wait for the end of the pause', async ({ page }) => {
  await waitingForLong(page, 'pressed.txt')
  await page.unroute(FILES)
  const gone = page.waitForRequest(goesOn, { timeout: 30_000 })
  await uploadPanel(page).getByRole('button', { name: 'Try now' }).click()
  await gone
  await arrives(page, 'pressed.txt')
})

test('a large file that no storage has room for waits for it, however often it is refused', async ({ page, drive }) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-room-'))
  const content = writeRandomFile(path.join(folder, 'waits-for-room.bin'), 9 * MIB)
  let refused = 0
  const full = { status: 507, headers: { 'access-control-allow-origin': '*' }, body: '' }
  await page.route(/\/files\/?$/, async (route) => {
    if (route.request().method() !== 'POST') return await route.continue()
    refused += 1
    await route.fulfill(full)
  })
  const json = { code: 'no_room', message: 'No storage has room.' }
  await page.route(/\/ticket\?/, (route) => route.fulfill({ status: 507, json }))
  await chooseFiles(page, [path.join(folder, 'waits-for-room.bin')])
  const now = uploadPanel(page).getByRole('button', { name: 'Try now' })
  // Fewer refusals of a ticket would end it.
  for (let tries = 1; tries <= 6; tries += 1) {
    await expect.poll(() => refused, { timeout: 60_000 }).toBeGreaterThanOrEqual(tries)
    await now.click({ timeout: 60_000 })
  }
  await page.unrouteAll({ behavior: 'wait' })
  await expect(row(page, 'waits-for-room.bin')).toBeVisible({ timeout: 120_000 })
  for (const storage of drive.storages) {
    const fileId = await fileIdOf(drive, 'waits-for-room.bin')
    await expect.poll(() => sha256At(drive, storage, fileId), { timeout: 60_000 }).toBe(content)
  }
  fs.rmSync(folder, { recursive: true })
})

test('after a computer has slept an upload goes on by itself, and not only when its pause is over', async ({
  page,
}) => {
  await waitingForLong(page, 'slept.txt')
  await page.unroute(FILES)
  const gone = page.waitForRequest(goesOn, { timeout: 30_000 })
  // As in a sleep: it is later, and no timer has moved on.
  await page.clock.setSystemTime((await page.evaluate(() => Date.now())) + HOUR_MS)
  await page.clock.runFor(LOOK_MS)
  await gone
  await arrives(page, 'slept.txt')
})

/** How long a ticket is still good for: less than the file takes on its way. */
const LEFT_SECONDS = 3
/** Storages grant so much to clocks that are wrong. */
const SKEW_SECONDS = 60

/** The ticket, signed with the cluster's own keys as one that was given out an hour ago. */
function aged(drive: Drive, ticket: string): string {
  const [storage] = drive.storages
  const keysFile = path.join(path.dirname(storage?.path ?? ''), 'secrets', 'master.json')
  const ring = openMasterKeys(fs.readFileSync(keysFile, 'utf8')).ticketRing('group1')
  const now = Math.floor(Date.now() / 1000)
  const payload = verify(ticket, 'up', ring, now)
  const exp = now - SKEW_SECONDS + LEFT_SECONDS
  return sign({ ...payload, iat: exp - HOUR_MS / 1000, exp }, ring)
}

test('a ticket that expires on the way is renewed without a word, and next to nothing is sent twice', async ({
  page,
  drive,
}) => {
  const size = 48 * MIB
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-patience-'))
  const file = path.join(folder, 'long-way.bin')
  const sha256 = writeRandomFile(file, size)
  const before = receivedBytes(drive)
  // At this speed it takes longer than its first ticket lasts, on however many connections.
  slowDown(drive, 2 * MIB)
  await page.route('**/api/uploads', async (route) => {
    if (route.request().method() !== 'POST') return await route.continue()
    const response = await route.fetch()
    const { items } = await response.json()
    const json = { items: items.map((item: { ticket: string }) => ({ ...item, ticket: aged(drive, item.ticket) })) }
    await route.fulfill({ response, json })
  })
  const refusals: string[] = []
  page.on('response', (response) => {
    if (response.status() === 401) refusals.push(response.headers()['cairn-error'] ?? response.url())
  })
  const renewed = page.waitForRequest((request) => request.method() === 'POST' && /\/ticket\?/.test(request.url()), {
    timeout: 60_000,
  })
  const said = await everythingSaid(page)
  await chooseFiles(page, [file])
  await renewed
  await expect.poll(() => refusals).toContain('ticket_expired')
  // Not without a limit: of what other connections are refused then, the line would take more before it hears so.
  slowDown(drive, 8 * MIB)
  await expect(row(page, 'long-way.bin')).toBeVisible({ timeout: 90_000 })
  expect(new Set(refusals)).toEqual(new Set(['ticket_expired']))
  expect(receivedBytes(drive) - before).toBeLessThanOrEqual(size + LANES * 2 * MIB)
  expect((await said()).filter((text) => /fail|refused|error|waiting for|again/i.test(text))).toEqual([])
  expect(await sha256Of(fs.createReadStream(await download(page, 'long-way.bin')))).toBe(sha256)
  fs.rmSync(folder, { recursive: true })
})

/** Notes each text that the page shows from now on. */
async function everythingSaid(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const said = new Set<string>()
    const note = () => {
      const texts = document.evaluate(
        '//body//text()[not(ancestor::script)]',
        document,
        null,
        XPathResult.ORDERED_NODE_SNAPSHOT_TYPE,
      )
      for (let index = 0; index < texts.snapshotLength; index += 1) said.add(texts.snapshotItem(index)?.nodeValue ?? '')
    }
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true })
    Object.assign(globalThis, { said })
  })
  return () => page.evaluate(() => [...(Reflect.get(globalThis, 'said') as Set<string>)])
}
