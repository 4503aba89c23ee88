import { expect, type Page } from '@playwright/test'
import { createFolder, row } from './drive-page.ts'
import { test } from './drive-test.ts'
import { reload } from './living-page.ts'

async function trash(page: Page, name: string): Promise<void> {
  await createFolder(page, name)
  await row(page, name).click()
  await page.keyboard.press('Delete')
  await expect(row(page, name)).toHaveCount(0)
}

async function openTrash(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Trash' }).click()
  await expect(page.getByText('Things stay for 30 days and count towards your space.')).toBeVisible()
}

test('what is in trash says where it was and when it leaves, and goes back', async ({ page }) => {
  await trash(page, 'Old sketches')
  await openTrash(page)
  await expect(row(page, 'Old sketches')).toContainText('in 30 days')
  await page.getByRole('button', { name: 'Restore Old sketches' }).click()
  await expect(row(page, 'Old sketches')).toHaveCount(0)
  await page.getByRole('link', { name: 'Drive', exact: true }).click()
  await expect(row(page, 'Old sketches')).toBeVisible()
})

test('a name that is taken meanwhile is decided when something comes back', async ({ page }) => {
  await trash(page, 'Twice')
  await createFolder(page, 'Twice')
  await openTrash(page)
  await row(page, 'Twice').click()
  await page.getByRole('toolbar', { name: '1 selected' }).getByRole('button', { name: 'Restore' }).click()
  const dialog = page.getByRole('dialog', { name: '“Twice” exists there already' })
  await dialog.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('link', { name: 'Drive', exact: true }).click()
  await expect(row(page, 'Twice (2)')).toBeVisible()
})

test('deleting for good asks, and Cancel changes nothing', async ({ page }) => {
  await trash(page, 'Secret')
  await openTrash(page)
  // As Tab leads to it: no arrow and no click has chosen it.
  await row(page, 'Secret').focus()
  await page.keyboard.press('Delete')
  const dialog = page.getByRole('dialog', { name: 'Delete “Secret” for good?' })
  await expect(dialog.getByText('This cannot be undone.')).toBeVisible()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(row(page, 'Secret')).toBeVisible()
  await page.keyboard.press('Delete')
  await dialog.getByRole('button', { name: 'Delete 1 item' }).click()
  await expect(row(page, 'Secret')).toHaveCount(0)
  await reload(page)
  await expect(page.getByRole('heading', { name: 'Trash' })).toBeVisible()
  await expect(row(page, 'Secret')).toHaveCount(0)
})

test('emptying trash says how many things go, and they are gone', async ({ page }) => {
  for (const name of ['a', 'b', 'c']) await trash(page, name)
  await openTrash(page)
  await page.getByRole('button', { name: 'Empty trash' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete 3 items' }).click()
  await expect(page.getByText('Deleted 3 items for good').first()).toBeVisible()
  await reload(page)
  await expect(page.getByRole('heading', { name: 'Trash' })).toBeVisible()
  await expect(page.getByRole('checkbox')).toHaveCount(0)
})
