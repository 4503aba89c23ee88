// The drive as an app of a phone's home screen.
import { expect } from '@playwright/test'
import { test } from './drive-test.ts'

test.use({ serviceWorkers: 'allow' })

test('a browser can install the drive', async ({ page, drive }) => {
  const href = await page.locator('link[rel="manifest"]').getAttribute('href')
  const manifest = await (await page.request.get(new URL(href ?? '', drive.url).href)).json()
  expect(manifest).toMatchObject({ name: 'Cairn', start_url: '/drive', display: 'standalone' })
  for (const { src, sizes } of manifest.icons) {
    const size = await page.evaluate(async (url) => {
      const { width, height } = await createImageBitmap(await (await fetch(url)).blob())
      return `${width}x${height}`
    }, src)
    expect(size).toBe(sizes)
  }
})

test('without a network the installed drive says so, and goes on when it is back', async ({ page, drive, context }) => {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready
  })
  await context.setOffline(true)
  await page.goto(`${drive.url}/drive`)
  await expect(page.getByRole('heading', { name: 'You are offline' })).toBeVisible()
  await context.setOffline(false)
  await page.getByRole('link', { name: 'Try again' }).click()
  await expect(page.getByText('Lay the first stone')).toBeVisible()
})
