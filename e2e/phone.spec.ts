import { expect } from '@playwright/test'
import { textFile } from './drive-page.ts'
import { test } from './drive-test.ts'

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 })

test('on a phone a folder is made, a file is uploaded, and nothing is wider than the screen', async ({
  page,
  person,
}) => {
  await page.getByRole('button', { name: 'Add' }).tap()
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('button', { name: 'New folder' }).tap()
  await page.getByRole('dialog').getByLabel('Name').fill('Holidays')
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).tap()
  await expect(page.getByText('Holidays')).toBeVisible()

  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Add' }).tap()
  await page.getByRole('dialog').getByRole('button', { name: 'Files' }).tap()
  await (await chooser).setFiles([textFile('from-the-phone.txt', 'hello')])
  await expect(page.getByText('from-the-phone.txt').first()).toBeVisible()

  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
  expect(widths[0]).toBeLessThanOrEqual(widths[1] ?? 0)
})
