// Texts are made and written in the browser, and what somebody wrote is never lost.

import { readFileSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import { expect, type Locator, type Page } from '@playwright/test'
import { askFor, chooseFiles, download, row } from './drive-page.ts'
import { test } from './drive-test.ts'
import { openPage, reload } from './living-page.ts'

function editor(page: Page, name: string): Locator {
  return page.getByRole('dialog', { name })
}

function textOf(page: Page, name: string): Locator {
  return editor(page, name).getByRole('textbox', { name: `Text of ${name}` })
}

async function startNote(page: Page, name: string): Promise<Locator> {
  const dialog = await askFor(page, 'New Markdown note')
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByRole('button', { name: 'Create' }).click()
  await expect(textOf(page, name)).toBeFocused()
  return textOf(page, name)
}

async function save(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Control+s')
  await expect(editor(page, name).getByText('Saved', { exact: true })).toBeVisible()
}

test('a note is made, written, saved and left by keyboard alone; its page stands beside it', async ({ page }) => {
  const text = await startNote(page, 'plan.md')
  await page.keyboard.type('# Low water\n\tand tabs')
  await expect(editor(page, 'plan.md').getByRole('heading', { name: 'Low water' })).toBeVisible()
  await expect(editor(page, 'plan.md').getByText('Unsaved changes')).toBeVisible()
  await save(page, 'plan.md')
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations).toEqual([])
  await page.keyboard.press('Escape')
  await page.keyboard.press('Shift+Tab')
  await expect(text).not.toBeFocused()
  await page.keyboard.press('Escape')
  await expect(editor(page, 'plan.md')).toBeHidden()
  await expect(row(page, 'plan.md')).toBeFocused()
  expect(readFileSync(await download(page, 'plan.md'), 'utf8')).toBe('# Low water\n\tand tabs')
})

test('a text of Windows is changed in one place, and stays as it was everywhere else', async ({ page }) => {
  const stored = Buffer.from('\ufeffone\r\ntwo\r\n')
  await chooseFiles(page, [{ name: 'windows.txt', mimeType: 'text/plain', buffer: stored }])
  await row(page, 'windows.txt').dblclick()
  await expect(page.getByRole('dialog', { name: 'windows.txt' }).getByText('two')).toBeVisible()
  await page.keyboard.press('e')
  await expect(textOf(page, 'windows.txt')).toBeFocused()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('three')
  await save(page, 'windows.txt')
  await editor(page, 'windows.txt').getByRole('button', { name: 'Close' }).click()
  await expect(page.getByRole('dialog', { name: 'windows.txt' }).getByText('three')).toBeVisible()
  await page.keyboard.press('Escape')
  expect(readFileSync(await download(page, 'windows.txt'), 'utf8')).toBe('\ufeffone\r\ntwo\r\nthree')
})

test('what is not saved is asked about, survives a reload, and is saved when the network is back', async ({ page }) => {
  await startNote(page, 'draft.md')
  await page.keyboard.type('first')
  await save(page, 'draft.md')
  await page.keyboard.type(' and second')
  await page.goBack()
  const question = page.getByRole('dialog', { name: 'Save your changes?' })
  await expect(question).toBeVisible()
  await question.getByRole('button', { name: 'Keep editing' }).click()
  await expect(textOf(page, 'draft.md')).toHaveText('first and second')
  await expect.poll(() => draftsOf(page)).toEqual(['first and second'])
  page.once('dialog', (dialog) => void dialog.accept())
  await reload(page)
  await expect(textOf(page, 'draft.md')).toHaveText('first and second')
  await expect(page.getByText('Your unsaved changes from')).toBeVisible()
  await page.context().setOffline(true)
  await page.keyboard.press('Control+s')
  await expect(page.getByText('You are offline. The text is kept on this device')).toBeVisible()
  await page.context().setOffline(false)
  await expect(editor(page, 'draft.md').getByText('Saved', { exact: true })).toBeVisible()
  await expect.poll(() => draftsOf(page)).toEqual([])
})

/** The texts that this browser keeps for the person. */
async function draftsOf(page: Page): Promise<string[]> {
  return await page.evaluate(async () => {
    const [kept] = (await indexedDB.databases()).filter(({ name = '' }) => name.startsWith('cairn-drafts '))
    return await new Promise<string[]>((resolve, reject) => {
      const opening = indexedDB.open(kept?.name ?? '')
      opening.onerror = () => reject(opening.error)
      opening.onsuccess = () => {
        const asked = opening.result.transaction('drafts').objectStore('drafts').getAll()
        asked.onerror = () => reject(asked.error)
        asked.onsuccess = () => {
          opening.result.close()
          resolve(asked.result.map(({ text }: { text: string }) => text))
        }
      }
    })
  })
}

test('of two windows with one file, the second one chooses: both are kept', async ({ page, context }) => {
  await startNote(page, 'shared.md')
  await page.keyboard.type('begun')
  await save(page, 'shared.md')
  const other = await context.newPage()
  await openPage(other, page.url())
  await expect(textOf(other, 'shared.md')).toHaveText('begun')
  await textOf(other, 'shared.md').fill('theirs')
  await save(other, 'shared.md')
  await textOf(page, 'shared.md').fill('mine')
  await page.keyboard.press('Control+s')
  await expect(page.getByText('This file was changed somewhere else')).toBeVisible()
  await page.getByRole('button', { name: 'Keep both' }).click()
  await expect(textOf(page, 'shared (2).md')).toHaveText('mine')
  await editor(page, 'shared (2).md').getByRole('button', { name: 'Close' }).click()
  await expect(row(page, 'shared (2).md')).toBeVisible()
  expect(readFileSync(await download(page, 'shared.md'), 'utf8')).toBe('theirs')
})
