import { expect, type Route } from '@playwright/test'
import pg from 'pg'
import type { Drive } from './cluster.ts'
import { askFor, createFolder, openFolder, row } from './drive-page.ts'
import { test } from './drive-test.ts'
import { reload } from './living-page.ts'

test('a folder is created, renamed, and still there after a reload', async ({ page }) => {
  await createFolder(page, 'Field notes')
  await row(page, 'Field notes').click()
  await page.keyboard.press('F2')
  const dialog = page.getByRole('dialog', { name: 'Rename' })
  await dialog.getByLabel('Name').fill('Field notes 2026')
  await dialog.getByRole('button', { name: 'Rename' }).click()
  await expect(row(page, 'Field notes 2026')).toBeVisible()
  await reload(page)
  await expect(row(page, 'Field notes 2026')).toBeVisible()
  await expect(row(page, 'Field notes')).toHaveCount(0)
})

test('a folder moves into another one and is found there', async ({ page }) => {
  await createFolder(page, 'Harbour')
  await createFolder(page, 'Soundings')
  await row(page, 'Soundings').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Move to' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Harbour', { exact: true }).click()
  await dialog.getByRole('button', { name: /^Move (here|to “Harbour”)$/ }).click()
  await expect(row(page, 'Soundings')).toHaveCount(0)
  await openFolder(page, 'Harbour')
  await expect(row(page, 'Soundings')).toBeVisible()
})

test('a deleted folder comes back with Undo', async ({ page }) => {
  await createFolder(page, 'Lighthouse')
  await row(page, 'Lighthouse').click()
  await page.keyboard.press('Delete')
  await expect(row(page, 'Lighthouse')).toHaveCount(0)
  await expect(page.getByText('“Lighthouse” moved to trash')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(row(page, 'Lighthouse')).toBeVisible()
  await reload(page)
  await expect(row(page, 'Lighthouse')).toBeVisible()
})

test('what is being taken back says so for as long as it takes', async ({ page }) => {
  await createFolder(page, 'Lighthouse')
  await row(page, 'Lighthouse').click()
  await page.keyboard.press('Delete')
  const undo = page.getByRole('button', { name: 'Undo' })
  await expect(undo).toBeVisible()
  let letGo: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  await page.route('**/api/drive/**', async (route) => {
    if (route.request().method() !== 'GET') await held
    await route.continue()
  })
  await page.clock.install()
  await undo.click()
  await expect(page.getByText('Undoing…')).toBeVisible()
  // Longer than a toast stays that nobody waits for.
  await page.clock.fastForward(9_000)
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))
  await expect(page.getByText('Undoing…')).toBeVisible()
  letGo()
  await expect(page.getByText('Undone')).toBeVisible()
  await expect(row(page, 'Lighthouse')).toBeVisible()
})

for (const [name, sentence] of [
  ['a'.repeat(300), 'That name is too long by 45 bytes.'],
  ['潮'.repeat(100), 'That name is too long by 45 bytes.'],
  ['north/south', 'A name cannot contain “/”.'],
  ['..', '“..” cannot be a name.'],
] as const) {
  test(`the name ${name.slice(0, 12)} (${name.length} characters) is refused with a sentence`, async ({ page }) => {
    const dialog = await askFor(page, 'New folder')
    await dialog.getByLabel('Name').fill(name)
    await dialog.getByRole('button', { name: 'Create' }).click()
    await expect(dialog.getByText(sentence)).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByText('Lay the first stone')).toBeVisible()
  })
}

test('a name that is taken is refused and stays in the field', async ({ page }) => {
  await createFolder(page, 'Receipts')
  const dialog = await askFor(page, 'New folder')
  await dialog.getByLabel('Name').fill('Receipts')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await expect(dialog.getByText('“Receipts” exists here already.')).toBeVisible()
  await expect(dialog.getByLabel('Name')).toHaveValue('Receipts')
})

test('a name of 255 bytes in Chinese is kept as it is', async ({ page }) => {
  const name = '潮位观测数据'.repeat(14).slice(0, 85)
  await createFolder(page, name)
  await reload(page)
  await expect(row(page, name)).toBeVisible()
})

// Nothing waits for a dialog here: who knows the keys types on at once.
test('everything can be done with the keyboard alone', async ({ page }) => {
  await page.keyboard.press('Shift+N')
  await page.keyboard.type('Alpha')
  await page.keyboard.press('Enter')
  await expect(row(page, 'Alpha')).toBeVisible()
  await page.keyboard.press('Shift+N')
  await page.keyboard.type('Beta')
  await page.keyboard.press('Enter')
  await expect(row(page, 'Beta')).toBeVisible()

  // Another one while the dialog of the one before still fades out.
  for (const name of ['Delta', 'Epsilon', 'Zeta']) {
    await page.keyboard.press('Shift+N')
    await page.keyboard.type(name)
    await page.keyboard.press('Enter')
    await page.waitForFunction(
      (wanted) =>
        document.querySelector('[role=dialog][data-state=open]') === null &&
        document.querySelector(`[role=grid] [role=checkbox][aria-label="Select ${wanted}"]`) !== null,
      name,
    )
  }
  for (const name of ['Delta', 'Epsilon', 'Zeta']) await expect(row(page, name)).toBeVisible()

  await page.getByRole('grid').focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('navigation', { name: 'Path' })).toContainText('Alpha')
  await page.keyboard.press('Backspace')
  await expect(row(page, 'Beta')).toBeVisible()
  await page.getByRole('grid').focus()
  await page.keyboard.press('End')
  await page.keyboard.press('F2')
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type('Gamma')
  await page.keyboard.press('Enter')
  await expect(row(page, 'Gamma')).toBeVisible()
  await page.keyboard.press('Delete')
  await expect(row(page, 'Gamma')).toHaveCount(0)
  await page.keyboard.press('ControlOrMeta+Z')
  await expect(row(page, 'Gamma')).toBeVisible()
})

/** Files 'report 0' … in a folder, straight in the database, as many copies of one row. */
async function fill(drive: Drive, folder: string, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: drive.databaseUrl })
  await client.connect()
  await client.query(
    `INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key)
     SELECT f.public_id || n, f.owner_id, f.id, 0, 'report ' || lpad(n::text, 5, '0'), 'report ' || lpad(n::text, 5, '0')
     FROM entry f, generate_series(0, $2::int - 1) n WHERE f.name = $1`,
    [folder, count],
  )
  await client.end()
}

test('any place in a folder of 5,000 is one jump away, and what was selected stays selected', async ({
  page,
  drive,
}) => {
  const name = `Long list ${process.pid}`
  await createFolder(page, name)
  await fill(drive, name, 5000)
  await reload(page)
  await openFolder(page, name)
  await row(page, 'report 00000').click()
  let pages = 0
  page.on('request', (request) => {
    if (request.url().includes('/api/drive/entries?')) pages += 1
  })
  await page.locator('#files').evaluate((list) => {
    list.scrollTop = list.scrollHeight / 2
  })
  await expect(row(page, 'report 02510')).toBeVisible()
  await row(page, 'report 02510').click({ modifiers: ['ControlOrMeta'] })
  await expect(page.getByRole('toolbar', { name: '2 selected' })).toBeVisible()
  await page.keyboard.press('End')
  await expect(row(page, 'report 04999')).toBeFocused()
  await page.keyboard.press('Home')
  await expect(row(page, 'report 00000')).toBeFocused()
  // All pages on the way would be a hundred.
  expect(pages).toBeLessThan(20)
})

test('a folder that did not load while the server was away loads by itself when it is back', async ({ page }) => {
  await createFolder(page, 'Tides')
  const away = (route: Route) => route.abort('connectionrefused')
  await page.route(/\/api\/(drive|me)/, away)
  await openFolder(page, 'Tides')
  await expect(page.getByText('This folder did not load')).toBeVisible()
  await page.unroute(/\/api\/(drive|me)/, away)
  await expect(page.getByText('This folder is empty')).toBeVisible()
})
