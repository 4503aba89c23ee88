// What the panel of uploads does to all of them at once, and what a drop of folders leaves in the drive.

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { writeRandomFile } from './big-file.ts'
import { chooseFiles, openFolder, row, textFile, uploadPanel } from './drive-page.ts'
import { test } from './drive-test.ts'
import { reload } from './living-page.ts'
import { halted, slowDown, speedUp } from './upload-line.ts'

const MIB = 1024 * 1024
let folder: string

test.beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-panel-'))
})

test.afterEach(({ drive }) => {
  speedUp(drive)
  fs.rmSync(folder, { recursive: true })
})

test('everything is cancelled at once: nothing is kept, also after a reload, and what is stored stays', async ({
  page,
  drive,
}) => {
  await chooseFiles(page, [textFile('stored.txt', 'before')])
  await expect(row(page, 'stored.txt')).toBeVisible()
  slowDown(drive)
  const middle = halted(drive, 4 * MIB)
  const names = ['one.bin', 'two.bin', 'three.bin', 'four.bin', 'five.bin']
  const files = names.map((name) => path.join(folder, name))
  for (const file of files) writeRandomFile(file, 12 * MIB)
  await chooseFiles(page, files)
  await middle
  const panel = uploadPanel(page)
  await panel.getByRole('button', { name: 'Cancel all' }).click()
  const dialog = page.getByRole('dialog', { name: 'Cancel 5 uploads?' })
  await dialog.getByRole('button', { name: 'Keep uploading' }).click()
  await expect(panel.getByRole('heading', { name: 'Uploading 5 files' })).toBeVisible()
  await panel.getByRole('button', { name: 'Cancel all' }).click()
  await dialog.getByRole('button', { name: 'Cancel all' }).click()
  await expect(panel.getByText('one.bin')).toHaveCount(0)
  speedUp(drive)
  const url = new URL('/api/uploads', page.url()).href
  await expect.poll(async () => (await (await page.request.get(url)).json()).items).toEqual([])
  await reload(page)
  await expect(row(page, 'stored.txt')).toBeVisible()
  for (const name of names) await expect(row(page, name)).toHaveCount(0)
  await expect(panel).toHaveCount(0)
})

test('a folder that is dropped keeps its empty folders', async ({ page }) => {
  const top = path.join(folder, 'Site photos')
  fs.mkdirSync(path.join(top, 'empty', 'deep'), { recursive: true })
  fs.mkdirSync(path.join(top, 'north'))
  fs.writeFileSync(path.join(top, 'north', 'stone.txt'), 'a stone')
  const client = await page.context().newCDPSession(page)
  const data = { items: [], files: [top], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await client.send('Input.dispatchDragEvent', { type, x: 800, y: 500, data })
  }
  await expect(uploadPanel(page).getByText('1 file uploaded')).toBeVisible({ timeout: 30_000 })
  await openFolder(page, 'Site photos')
  await expect(row(page, 'north')).toBeVisible()
  await openFolder(page, 'empty')
  await openFolder(page, 'deep')
  await expect(page.getByText('This folder is empty')).toBeVisible()
})

/**
 * Counts inside the page what it sends to storages at once. From outside, the end of one request may be heard of after
 * the beginning of the next one.
 */
async function countSending(page: Page) {
  await page.addInitScript(() => {
    const sending = { now: 0, most: 0, begun: 0 }
    const isSent = (method: string, url: string) => /^(POST|PUT|PATCH)$/i.test(method) && url.includes('/files/')
    const begin = () => {
      sending.now += 1
      sending.begun += 1
      sending.most = Math.max(sending.most, sending.now)
    }
    const { open, send } = XMLHttpRequest.prototype
    const watched = new WeakSet<XMLHttpRequest>()
    XMLHttpRequest.prototype.open = function (method: string, url: string | URL, isAsync?: boolean) {
      if (isSent(method, String(url))) watched.add(this)
      return open.call(this, method, url, isAsync ?? true)
    }
    XMLHttpRequest.prototype.send = function (body) {
      if (watched.delete(this)) {
        begin()
        let isOver = false
        // An answer has begun, or there will be none.
        this.addEventListener('readystatechange', () => {
          if (isOver || this.readyState < XMLHttpRequest.HEADERS_RECEIVED) return
          isOver = true
          sending.now -= 1
        })
      }
      return send.call(this, body)
    }
    const { fetch } = globalThis
    globalThis.fetch = (input, init) => {
      const answer = fetch(input, init)
      if (!isSent(init?.method ?? 'GET', String(input))) return answer
      begin()
      return answer.finally(() => {
        sending.now -= 1
      })
    }
    Object.assign(globalThis, { sending })
  })
  await reload(page)
  return {
    now: () => page.evaluate(() => Reflect.get(globalThis, 'sending').now as number),
    most: () => page.evaluate(() => Reflect.get(globalThis, 'sending').most as number),
    begun: () => page.evaluate(() => Reflect.get(globalThis, 'sending').begun as number),
    /** From now on; what is being sent at this moment counts. */
    anew: () =>
      page.evaluate(() => {
        const sending = Reflect.get(globalThis, 'sending')
        Object.assign(sending, { most: sending.now, begun: 0 })
      }),
  }
}

test('who wants one file at a time gets one at a time, and this device remembers it', async ({ page, drive }) => {
  const panel = uploadPanel(page)
  const sending = await countSending(page)
  const files = ['one.bin', 'two.bin', 'three.bin'].map((name) => path.join(folder, name))
  for (const file of files) writeRandomFile(file, 12 * MIB)
  slowDown(drive)
  const middle = halted(drive, 2 * MIB)
  await chooseFiles(page, files)
  await middle
  await expect.poll(sending.most).toBe(3)
  await panel.getByRole('button', { name: 'No limit' }).click()
  await page.getByRole('menuitemradio', { name: 'One file at a time' }).click()
  await expect.poll(sending.now).toBeLessThanOrEqual(1)
  await sending.anew()
  slowDown(drive)
  await expect(panel.getByText('3 files uploaded')).toBeVisible({ timeout: 60_000 })
  expect(await sending.begun()).toBeGreaterThanOrEqual(3)
  expect(await sending.most()).toBe(1)

  await reload(page)
  const small = ['a.txt', 'b.txt', 'c.txt'].map((name) => textFile(name, name))
  await chooseFiles(page, small)
  await expect(panel.getByText('3 files uploaded')).toBeVisible()
  expect(await sending.begun()).toBe(3)
  expect(await sending.most()).toBe(1)
})
