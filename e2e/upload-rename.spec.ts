// A file whose name the drive refuses goes on under another one, without being chosen again.

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { chooseFiles, download, openFolder, row, textFile, uploadPanel } from './drive-page.ts'
import { test } from './drive-test.ts'
import { reload } from './living-page.ts'

const renameDialog = (page: Page) => page.getByRole('dialog', { name: 'Upload under another name' })

test('a refused name is mended by keyboard, and the same bytes arrive', async ({ page }) => {
  await chooseFiles(page, [textFile('good.txt', 'fine'), textFile('invoice\u202efdp.exe', 'forty-two')])
  const panel = uploadPanel(page)
  await expect(panel.getByText('This name is not allowed')).toBeVisible()
  await expect(panel.getByRole('button', { name: /^Start .* again$/ })).toHaveCount(0)
  const rename = panel.getByRole('button', { name: /^Rename invoice/ })
  await rename.focus()
  await page.keyboard.press('Enter')
  const dialog = renameDialog(page)
  const field = dialog.getByLabel('Name')
  await expect(field).toBeFocused()
  await expect(field).toHaveValue('invoicefdp.exe')
  await expect(field).toHaveAccessibleDescription(
    'It was “invoice\u27e8RLO\u27e9fdp.exe”. A name cannot contain invisible characters.',
  )
  await expect
    .poll(async () => (await new AxeBuilder({ page }).include('[role=dialog]').analyze()).violations)
    .toEqual([])

  // Given up, the keys are where they were.
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(rename).toBeFocused()
  await page.keyboard.press('Enter')

  // The stem is selected.
  await page.keyboard.type('a/b')
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('alert')).toHaveText('A name cannot contain “/”.')
  await expect(field).toHaveAttribute('aria-invalid', 'true')
  await field.fill('minutes.txt')
  await page.keyboard.press('Enter')
  await expect(row(page, 'minutes.txt')).toBeVisible()
  await expect(dialog).toBeHidden()
  await expect(panel.locator(':focus')).toHaveCount(1)
  await expect(panel.getByText(/failed/)).toHaveCount(0)
  expect(fs.readFileSync(await download(page, 'minutes.txt'), 'utf8')).toBe('forty-two')
})

test('a folder that cannot be named so is renamed once, for all that came in it', async ({ page }) => {
  const disk = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-rename-'))
  try {
    const folder = path.join(disk, 'survey', 'north\u202e')
    fs.mkdirSync(folder, { recursive: true })
    for (const name of ['one.txt', 'two.txt']) fs.writeFileSync(path.join(folder, name), name)
    fs.writeFileSync(path.join(disk, 'survey', 'three.txt'), 'three')
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Upload options' }).click()
    await page.getByRole('menuitem', { name: 'Upload a folder' }).click()
    await (await chooser).setFiles(path.join(disk, 'survey'))
    const panel = uploadPanel(page)
    await expect(panel.getByText('This name is not allowed')).toHaveCount(2)
    await panel.getByRole('button', { name: 'Rename two.txt' }).click()
    await expect(renameDialog(page).getByLabel('Name')).toHaveValue('north')
    await expect(renameDialog(page).getByText(/^The folder was “north⟨RLO⟩”/)).toBeVisible()
    await renameDialog(page).getByRole('button', { name: 'Upload', exact: true }).click()
    await expect(panel.getByText(/^Drive \/ survey \/ north$/)).toBeVisible()
    await expect(panel.getByRole('heading', { name: '3 files uploaded' })).toBeVisible()
    await openFolder(page, 'survey')
    await expect(row(page, 'three.txt')).toBeVisible()
    await openFolder(page, 'north')
    for (const name of ['one.txt', 'two.txt']) {
      expect(fs.readFileSync(await download(page, name), 'utf8')).toBe(name)
    }
  } finally {
    fs.rmSync(disk, { recursive: true })
  }
})

test.describe('on a phone, in Chinese', () => {
  test.use({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    deviceScaleFactor: 2,
  })

  test('a name that is too long is cut where it can be, and keeps its extension', async ({ page, drive }) => {
    await page.context().addCookies([{ name: 'cairn.locale', value: 'zh-CN', url: drive.url }])
    await reload(page)
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: '添加' }).tap()
    await page.getByRole('dialog').getByRole('button', { name: '上传文件', exact: true }).tap()
    await (await chooser).setFiles([textFile(`${'潮'.repeat(90)}.txt`, '水位')])
    await page.getByRole('button', { name: /^显示上传/ }).tap()
    await page.getByRole('button', { name: /^重命名/ }).tap()
    const dialog = page.getByRole('dialog', { name: '换个名称上传' })
    await expect(dialog.getByText(/名称超出 19 个字节。$/)).toBeVisible()
    await expect(dialog.getByLabel('名称')).toHaveValue(`${'潮'.repeat(83)}.txt`)
    await dialog.getByRole('button', { name: '上传', exact: true }).tap()
    await expect(page.getByRole('heading', { name: '已上传 1 个文件' })).toBeVisible()
  })
})
