import { expect, type Page } from '@playwright/test'
import pg from 'pg'
import { createFolder, openFolder, row } from './drive-page.ts'
import { test } from './drive-test.ts'
import { reload } from './living-page.ts'

const FILES = 400

/** More folders than a page of the list has, straight in the database. */
async function fill(databaseUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(
    `INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key)
     SELECT f.public_id || n, f.owner_id, f.id, 0, 'part ' || n, 'part ' || lpad(n::text, 5, '0')
     FROM entry f, generate_series(0, $2::int - 1) n WHERE f.name = $1`,
    [name, FILES],
  )
  await client.end()
}

const totalOf = (page: Page, place: string) =>
  page.evaluate(async (id) => (await (await fetch(`/api/drive/entries?folder=${id}`)).json()).total as number, place)

async function selectAll(page: Page): Promise<void> {
  await row(page, 'part 0').click()
  await page.keyboard.press('Control+a')
  await expect(page.getByRole('toolbar', { name: `All ${FILES}` })).toBeVisible()
}

test('everything that is selected is starred and tagged, also what is not loaded, and it is taken back', async ({
  page,
  drive,
}) => {
  const name = `Many ${process.pid}`
  await createFolder(page, name)
  await fill(drive.databaseUrl, name)
  await reload(page)
  await openFolder(page, name)
  await expect(page.getByText(`${FILES} items`)).toBeVisible()

  await selectAll(page)
  await page.keyboard.press('f')
  await expect(page.getByText(`${FILES} items added to favourites`).first()).toBeVisible()
  // What the mouse rests on stays for as long as the looking takes.
  const undo = page.getByRole('button', { name: 'Undo' })
  await undo.hover()
  await expect(row(page, 'part 0').getByRole('img', { name: 'Favourite' })).toBeVisible()
  expect(await totalOf(page, '~favourites')).toBe(FILES)
  await undo.click()
  await expect(row(page, 'part 0').getByRole('img', { name: 'Favourite' })).toHaveCount(0)
  expect(await totalOf(page, '~favourites')).toBe(0)

  await selectAll(page)
  await page.keyboard.press('t')
  const editor = page.getByRole('dialog', { name: `Tags of ${FILES} items` })
  await editor.getByLabel('Find or create a tag').fill('Survey')
  await page.keyboard.press('Enter')
  await expect(editor.getByRole('checkbox', { name: 'Survey' })).toBeChecked()
  await editor.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByText(`Tags of ${FILES} items changed`).first()).toBeVisible()
  await expect(row(page, 'part 0').getByText('Survey')).toBeVisible()
  const tags = page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: /^Survey/ })
  await expect(tags).toHaveText(`Survey${FILES}`)

  // All of them carry it, also those that are not loaded.
  await selectAll(page)
  await page.keyboard.press('t')
  const survey = editor.getByRole('checkbox', { name: 'Survey' })
  await expect(survey).toBeChecked()
  await survey.click()
  await expect(survey).not.toBeChecked()
  await editor.getByRole('button', { name: 'Done' }).click()
  await expect(row(page, 'part 0').getByText('Survey')).toHaveCount(0)
  await expect(tags).toHaveText('Survey')
})
