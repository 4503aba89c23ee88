import { expect } from '@playwright/test'
import { openAdministration } from './admin-page.ts'
import { test } from './drive-test.ts'

test('a storage that dies is named within seconds, and no longer when it is back', async ({ page, drive, person }) => {
  await openAdministration(page, drive, { person, page: 'capacity', title: 'Capacity' })
  const groups = page.getByRole('region', { name: 'Groups' })
  await expect(groups.getByText('Active', { exact: true })).toHaveCount(2)
  await expect(page.getByRole('main')).toContainText(/Live · \d+ s ago/)
  const [, second] = drive.storages
  const needs = page.getByRole('list', { name: 'What needs you' })
  // The disk of the machine may need somebody, too.
  const isOffline = needs.getByText(`${second!.id} is offline.`)
  await expect(isOffline).toHaveCount(0)

  await drive.kill(second!.name)
  await expect(isOffline).toBeVisible({ timeout: 40_000 })
  await expect(needs).toContainText('Its files are served by 100001.')
  await expect(groups.getByText('Offline', { exact: true })).toBeVisible()

  await drive.restartStorage(second!)
  await expect(isOffline).toHaveCount(0, { timeout: 40_000 })
  await expect(groups.getByText('Active', { exact: true })).toHaveCount(2)
})

test('the tree opens by keyboard, and its rows and a storage can be read as a table', async ({
  page,
  drive,
  person,
}) => {
  await openAdministration(page, drive, { person, page: 'capacity', title: 'Capacity' })
  const toggle = page.getByRole('button', { name: 'Show what is in 100001' })
  await toggle.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('cell', { name: 'M00' })).toBeVisible()
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Groups as CSV' }).click()
  expect((await download).suggestedFilename()).toBe('capacity.csv')

  await page.getByRole('link', { name: '100001', exact: true }).click()
  await expect(page.getByRole('region', { name: 'Store paths' })).toContainText('M00')
  await expect(page.getByRole('region', { name: 'Replication' })).toContainText('100002')
  await expect(page.getByRole('term').filter({ hasText: 'If it died now' })).toBeVisible()
  // A first round begins by itself, sooner or later.
  const lastCheck = page
    .getByRole('definition')
    .filter({ has: page.getByText(/^(The first round has not begun\.|\d+ files?, .* damaged)$/) })
  await expect(lastCheck).toBeVisible()
})
