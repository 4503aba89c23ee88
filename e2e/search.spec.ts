import { expect, type Page } from '@playwright/test'
import { chooseFiles, createFolder, openFolder, row, textFile } from './drive-page.ts'
import { test } from './drive-test.ts'
import { reload } from './living-page.ts'

const TIDES = '潮位观测数据_2026.txt'

async function openPalette(page: Page) {
  await page.keyboard.press('Control+k')
  const field = page.getByRole('combobox', { name: 'Search or type a command' })
  await expect(field).toBeFocused()
  return field
}

test('Chinese words, their sound and their initials find a file; the matching characters are bold', async ({
  page,
}) => {
  await chooseFiles(page, [textFile(TIDES, 'tides'), textFile('chaowei_import.py', 'import')])
  await expect(row(page, TIDES)).toBeVisible()
  const field = await openPalette(page)
  for (const typed of ['潮位', 'chaowei', 'cwgc']) {
    await field.fill(typed)
    await expect(page.getByRole('option', { name: TIDES })).toBeVisible()
    await expect(page.getByRole('option', { name: TIDES }).locator('mark')).toHaveText(
      typed === 'cwgc' ? '潮位观测' : '潮位',
    )
  }
  await expect(page.getByRole('option', { name: 'chaowei_import.py' })).toHaveCount(0)
  await field.fill('nothing like this')
  await expect(page.getByText('Nothing found for “nothing like this”')).toBeVisible()
})

test('by keyboard alone: find a folder, show a file in its folder, do a command', async ({ page }) => {
  await createFolder(page, 'Soundings')
  await openFolder(page, 'Soundings')
  await chooseFiles(page, [textFile('depths.txt', '12'), textFile('winds.txt', '3')])
  await expect(row(page, 'winds.txt')).toBeVisible()
  await page.keyboard.press('g')
  await (await openPalette(page)).fill('> drive')
  await page.keyboard.press('Enter')
  await expect(row(page, 'Soundings')).toBeVisible()

  await (await openPalette(page)).fill('winds')
  await expect(page.getByRole('option', { name: 'winds.txt' })).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('navigation', { name: 'Path' })).toContainText('Soundings')
  await expect(row(page, 'winds.txt')).toBeFocused()

  await (await openPalette(page)).fill('> new folder')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'New folder' })).toBeVisible()
})

test('chips write tokens that could be typed, and the last search comes back', async ({ page }) => {
  await createFolder(page, 'Harbour')
  await chooseFiles(page, [textFile('harbour.txt', 'x')])
  await expect(row(page, 'harbour.txt')).toBeVisible()
  const field = await openPalette(page)
  await field.fill('harb')
  await expect(page.getByRole('option')).toHaveCount(3)
  await page.getByRole('button', { name: 'Type: Any' }).click()
  await page.getByRole('menuitemradio', { name: 'Folders' }).click()
  await expect(field).toHaveValue('harb type:folder ')
  await expect(page.getByRole('option')).toHaveCount(2)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('navigation', { name: 'Path' })).toContainText('Harbour')
  await openPalette(page)
  await page.getByRole('option', { name: 'harb type:folder' }).click()
  await expect(page.getByRole('option', { name: 'Harbour' })).toBeVisible()
})

test('what was found is a page: it is filtered, acted upon, opened by its address, and left with Back', async ({
  page,
}) => {
  await createFolder(page, 'Harbour plans')
  await openFolder(page, 'Harbour plans')
  await chooseFiles(page, [textFile('harbour north.txt', 'n'), textFile('harbour south.txt', 's')])
  await expect(row(page, 'harbour south.txt')).toBeVisible()
  await (await openPalette(page)).fill('harbour')
  await page.getByRole('option', { name: 'See all 3 results' }).click()
  await expect(page).toHaveURL(/\/search\?q=harbour/)
  await expect(row(page, 'harbour north.txt')).toContainText('Drive / Harbour plans')
  await page.getByRole('button', { name: 'Type: Any' }).click()
  await page.getByRole('menuitemradio', { name: 'Documents' }).click()
  await expect(row(page, 'Harbour plans')).toHaveCount(0)
  await expect(page).toHaveURL(/type%3Adocument/)
  await reload(page)
  await expect(page.getByRole('textbox', { name: 'Search' })).toHaveValue('harbour type:document ')
  await row(page, 'harbour south.txt').click()
  await page.keyboard.press('Delete')
  await expect(row(page, 'harbour south.txt')).toHaveCount(0)
  await row(page, 'harbour north.txt')
    .getByRole('button', { name: /^Show in folder/ })
    .click()
  await expect(page.getByRole('navigation', { name: 'Path' })).toContainText('Harbour plans')
  await expect(row(page, 'harbour north.txt')).toBeVisible()
  await page.goBack()
  await expect(page.getByRole('textbox', { name: 'Search' })).toHaveValue('harbour type:document ')
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

  test('the search fills the screen, finds, opens, and closes', async ({ page }) => {
    await page.getByRole('button', { name: 'Add' }).tap()
    await page.getByRole('dialog').getByRole('button', { name: 'New folder' }).tap()
    await page.getByRole('dialog').getByLabel('Name').fill('海岸测绘')
    await page.getByRole('dialog').getByRole('button', { name: 'Create' }).tap()
    await expect(page.getByRole('row').filter({ hasText: '海岸测绘' })).toBeVisible()
    await page.getByRole('button', { name: 'Search', exact: true }).tap()
    const palette = page.getByRole('dialog', { name: 'Search' })
    await page.getByRole('combobox').fill('hach')
    await expect(page.getByRole('option', { name: '海岸测绘' })).toBeVisible()
    // It grows into its place.
    await expect.poll(() => palette.boundingBox()).toMatchObject({ x: 0, y: 0, width: 390, height: 844 })
    await palette.getByRole('button', { name: 'Close search' }).tap()
    await expect(palette).toHaveCount(0)
  })
})
