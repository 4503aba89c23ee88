import { expect, type Page } from '@playwright/test'
import { lanAddresses } from '../scripts/lib/settings.mjs'
import { startDrive } from './cluster.ts'
import { register, textFile } from './drive-page.ts'
import { test } from './drive-test.ts'

const PHONE = { width: 390, height: 844 }

test.use({ viewport: PHONE, hasTouch: true, isMobile: true, deviceScaleFactor: 2 })

async function uploadFromSheet(page: Page, name: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Add' }).tap()
  await page.getByRole('dialog').getByRole('button', { name: 'Files' }).tap()
  await (await chooser).setFiles([textFile(name, 'hello')])
  await expect(page.getByRole('row').filter({ hasText: name })).toBeVisible()
}

test('on a phone a folder is made, a file is uploaded, and nothing is wider than the screen', async ({ page }) => {
  await page.getByRole('button', { name: 'Add' }).tap()
  await page.getByRole('dialog').getByRole('button', { name: 'New folder' }).tap()
  await page.getByRole('dialog').getByLabel('Name').fill('Holidays')
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).tap()
  await expect(page.getByRole('row').filter({ hasText: 'Holidays' })).toBeVisible()
  await uploadFromSheet(page, 'from-the-phone.txt')
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
  expect(widths[0]).toBeLessThanOrEqual(widths[1] ?? 0)
})

test('another device of the network uploads to the address that it sees', async ({ browser }) => {
  test.setTimeout(120_000)
  // Without a network, a second loopback address stands for it: as little known to the tracker as a real one.
  const address = lanAddresses()[0] ?? '127.0.0.2'
  const drive = await startDrive({ CAIRN_HOST: address, CAIRN_STORAGE_URL: '' })
  const page = await (await browser.newContext({ hasTouch: true, isMobile: true, viewport: PHONE })).newPage()
  try {
    await register(page, drive.url)
    expect(new URL(page.url()).hostname).toBe(address)
    await uploadFromSheet(page, 'over-the-network.txt')
  } finally {
    await page.context().close()
    await drive.close()
  }
})
