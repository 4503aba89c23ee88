// What the panel of uploads does to all of them at once, and what a drop of folders leaves in the drive.

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from '@playwright/test'
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
