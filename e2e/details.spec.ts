import { createHash } from 'node:crypto'
import { expect, type Route } from '@playwright/test'
import { chooseFiles, row, textFile, uploadPanel } from './drive-page.ts'
import { test } from './drive-test.ts'
import { reload } from './living-page.ts'

const file = textFile('report.txt', 'soundings of the harbour\n'.repeat(4000))
const hash = createHash('sha256').update(file.buffer).digest('hex')

test('details say how many copies exist right now, and verify reads them', async ({ page, drive }) => {
  const held: Route[] = []
  let isSilent = true
  await page.route('**/api/drive/copies?*', async (route) => {
    if (isSilent) held.push(route)
    else await route.continue()
  })
  await chooseFiles(page, [file])
  await expect(row(page, file.name).getByRole('img', { name: 'Asking the storages…' })).toBeVisible()
  isSilent = false
  await Promise.all(held.map((route) => route.continue()))
  await row(page, file.name).click()
  await page.keyboard.press('i')
  const panel = page.getByRole('complementary', { name: 'Details' })
  await expect(panel).toContainText('2 of 2 copies')
  await expect(panel.getByTitle(hash)).toBeVisible()
  await panel.getByRole('button', { name: 'Verify' }).click()
  await expect(panel).toContainText('Matches. Checked 200 KB')
  await panel.getByRole('tab', { name: 'Activity' }).click()
  await expect(panel).toContainText('added this')
  await panel.getByRole('tab', { name: 'About' }).click()

  const [, second] = drive.storages
  if (second === undefined) throw new Error('there is no second storage')
  await drive.kill(second.name)
  await reload(page)
  await row(page, file.name).click()
  await page.keyboard.press('i')
  await expect(panel).toContainText('1 of 2 copies')
  await expect(panel).toContainText('does not answer')
  await drive.restartStorage(second)
  await expect(panel).toContainText('2 of 2 copies', { timeout: 40_000 })
})

test('details of several say their number and size, and a dash for what differs', async ({ page }) => {
  await chooseFiles(page, [textFile('a.txt', 'a'.repeat(2000)), textFile('b.txt', 'b'.repeat(3000))])
  await row(page, 'a.txt').click()
  await row(page, 'b.txt').click({ modifiers: ['ControlOrMeta'] })
  await page.getByRole('button', { name: 'Details', exact: true }).click()
  const panel = page.getByRole('complementary', { name: 'Details' })
  await expect(panel).toContainText('2 selected')
  await expect(panel).toContainText('5 KB')
})

test('keys go on where they were in the list when the panels that had them are closed', async ({ page }) => {
  await chooseFiles(page, [textFile('a.txt', 'a'), textFile('b.txt', 'b')])
  await row(page, 'b.txt').click()
  const panel = page.getByRole('complementary', { name: 'Details' })
  await page.keyboard.press('i')
  await panel.getByRole('button', { name: 'Close details' }).press('Enter')
  await expect(panel).toHaveCount(0)
  await expect(row(page, 'b.txt')).toBeFocused()
  await page.keyboard.press('i')
  await panel.getByRole('tab', { name: 'Activity' }).press('Enter')
  await page.keyboard.press('Escape')
  await expect(panel).toHaveCount(0)
  // The selection is the list's.
  await expect(row(page, 'b.txt')).toBeFocused()
  await expect(row(page, 'b.txt')).toHaveAttribute('aria-selected', 'true')

  const uploads = uploadPanel(page)
  await uploads.getByRole('button', { name: 'Collapse' }).press('Enter')
  await expect(page.getByRole('button', { name: /^Show uploads/ })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(uploads.getByRole('button', { name: 'Collapse' })).toBeFocused()
  await uploads.getByRole('button', { name: 'Clear done' }).press('Enter')
  await expect(uploads).toHaveCount(0)
  await expect(row(page, 'b.txt')).toBeFocused()
})
