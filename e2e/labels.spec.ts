import { expect, type Page } from '@playwright/test'
import { chooseFiles, createFolder, row, textFile } from './drive-page.ts'
import { test } from './drive-test.ts'

// A PNG of one pixel.
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const place = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: new RegExp(`^${name}`) })

test('categories count what the bytes are, and follow the trash', async ({ page }) => {
  await chooseFiles(page, [
    { name: 'drawing.txt', mimeType: 'text/plain', buffer: PIXEL },
    textFile('notes.txt', 'words'),
  ])
  await expect(row(page, 'notes.txt')).toBeVisible()
  await expect(place(page, 'Images')).toHaveText('Images1')
  await expect(place(page, 'Documents')).toHaveText('Documents1')
  await place(page, 'Images').click()
  await expect(page.getByRole('heading', { name: 'Images' })).toBeVisible()
  await expect(page.locator('[data-entry]')).toHaveCount(1)
  await place(page, 'Documents').click()
  await row(page, 'notes.txt').click()
  await page.keyboard.press('Delete')
  const undo = page.getByRole('button', { name: 'Undo' })
  // What the mouse rests on stays for as long as the looking takes.
  await undo.hover()
  await expect(place(page, 'Documents')).toHaveText('Documents')
  await undo.click()
  await expect(place(page, 'Documents')).toHaveText('Documents1')
})

test('F stars and takes the star away; Undo takes that back; Favourites has what is starred', async ({ page }) => {
  await createFolder(page, 'Contracts')
  await row(page, 'Contracts').click()
  await page.keyboard.press('f')
  await expect(row(page, 'Contracts').getByRole('img', { name: 'Favourite' })).toBeVisible()
  await expect(page.getByText('“Contracts” added to favourites')).toBeVisible()
  await page.keyboard.press('f')
  await expect(row(page, 'Contracts').getByRole('img', { name: 'Favourite' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(row(page, 'Contracts').getByRole('img', { name: 'Favourite' })).toBeVisible()
  await place(page, 'Favourites').click()
  await expect(row(page, 'Contracts')).toBeVisible()
  await page.getByRole('button', { name: 'Filter what is here', exact: true }).click()
  await expect(page).toHaveURL(/\/search\?q=is%3Afavourite/)
  await expect(row(page, 'Contracts')).toBeVisible()
  await page.getByRole('button', { name: 'Type: Any' }).click()
  await page.getByRole('menuitemradio', { name: 'Images' }).click()
  await expect(row(page, 'Contracts')).toHaveCount(0)
})

test('T makes a tag and puts it on; its page is renamed, and the tag deleted without its entries', async ({ page }) => {
  await createFolder(page, 'Budget')
  await row(page, 'Budget').click()
  await page.keyboard.press('t')
  const editor = page.getByRole('dialog', { name: 'Tags of “Budget”' })
  await editor.getByLabel('Find or create a tag').fill('Tax')
  await page.keyboard.press('Enter')
  await expect(editor.getByRole('checkbox', { name: 'Tax' })).toBeChecked()
  await editor.getByRole('button', { name: 'Done' }).click()
  await expect(row(page, 'Budget').getByText('Tax')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(row(page, 'Budget').getByText('Tax')).toHaveCount(0)
  await row(page, 'Budget').click()
  await page.keyboard.press('Control+Shift+z')
  await expect(row(page, 'Budget').getByText('Tax')).toBeVisible()

  await place(page, 'Tax').click()
  await expect(row(page, 'Budget')).toBeVisible()
  await page.getByRole('button', { name: 'Edit tag' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('Taxes')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('heading', { name: 'Taxes' })).toBeVisible()
  await place(page, 'All tags').click()
  await page.getByRole('button', { name: 'Edit tag: Taxes' }).click()
  await page.getByRole('button', { name: 'Delete tag' }).click()
  await expect(page.getByText('1 item loses it. The item itself stays.')).toBeVisible()
  await page.getByRole('button', { name: 'Delete tag' }).click()
  await expect(page.getByText('No tags yet')).toBeVisible()
})

test('Recent has what was added, under the day', async ({ page }) => {
  await chooseFiles(page, [textFile('today.txt', 'now')])
  await expect(row(page, 'today.txt')).toBeVisible()
  await place(page, 'Recent').click()
  await expect(page.getByText('Today', { exact: true })).toBeVisible()
  await expect(row(page, 'today.txt')).toBeVisible()
})

test('on a phone tags give way to the name, down to their dots', async ({ page }) => {
  const name = 'Quarterly figures of the harbour office.txt'
  await chooseFiles(page, [textFile(name, 'words')])
  const entry = page.locator('main [data-entry]')
  await expect(entry).toHaveCount(1)
  const id = await entry.getAttribute('data-entry')
  const tags = ['Paid', 'Tide gauges of the estuary', 'Waiting for an answer']
  await page.evaluate(
    async ([names, entryId]) => {
      const post = async (path: string, body: object) =>
        (await fetch(path, { method: 'POST', body: JSON.stringify(body) })).json()
      const made: string[] = []
      for (const tag of names) made.push((await post('/api/labels/tags', { name: tag, colour: 'teal' })).id)
      await post('/api/labels/entries', { ids: [entryId], add: made })
    },
    [tags, id] as const,
  )
  await page.setViewportSize({ width: 390, height: 844 })
  await page.reload()
  await expect(entry.locator(`[title="${tags[2]}"]`)).toBeVisible()
  const places = await entry.evaluate(
    (element, titles) =>
      titles.map((title) => element.querySelector(`[title="${title}"]`)?.getBoundingClientRect().toJSON()),
    [name, ...tags],
  )
  const right = await entry.getByRole('button').last().boundingBox()
  for (const [index, place] of places.entries()) {
    expect(place.width).toBeGreaterThanOrEqual(index === 0 ? 120 : 20)
    expect(place.right).toBeLessThanOrEqual(places[index + 1]?.left ?? right?.x ?? 0)
  }
})
