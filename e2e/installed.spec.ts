// The drive as an app of a phone's home screen.

import { expect, type Page } from '@playwright/test'
import { createFolder, forgetSession, type NamedFile, openFolder, row, signIn, textFile } from './drive-page.ts'
import { test } from './drive-test.ts'
import { openPage, reload } from './living-page.ts'
import { picture } from './made-files.ts'

test.use({ serviceWorkers: 'allow' })

async function whenInstalled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready
  })
}

async function readManifest(page: Page) {
  return await page.evaluate(async () => {
    const { href = '' } = document.querySelector<HTMLLinkElement>('link[rel="manifest"]') ?? {}
    return await (await fetch(href)).json()
  })
}

test('a browser can install the drive', async ({ page }) => {
  const manifest = await readManifest(page)
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
  await whenInstalled(page)
  await context.setOffline(true)
  await openPage(page, `${drive.url}/drive`)
  await expect(page.getByRole('heading', { name: 'You are offline' })).toBeVisible()
  await context.setOffline(false)
  await page.getByRole('link', { name: 'Try again' }).click()
  await expect(page.getByText('Lay the first stone')).toBeVisible()
})

interface ShareTarget {
  action: string
  method: string
  enctype: string
  params: { files: [{ name: string }] }
}

/** Sends files to the drive as a phone does when they are shared with it: as a form. */
async function share(page: Page, target: ShareTarget, files: NamedFile[]): Promise<void> {
  await page.evaluate(({ action, method, enctype, params }) => {
    const form = Object.assign(document.createElement('form'), { action, method, enctype, id: 'phone' })
    const { name } = params.files[0]
    form.append(Object.assign(document.createElement('input'), { type: 'file', multiple: true, name }))
    document.body.append(form)
  }, target)
  await page.setInputFiles('#phone input', files)
  await page.evaluate(() => document.querySelector<HTMLFormElement>('#phone')?.submit())
}

test('what is shared without a network and signed out is kept, and asked about when both are back', async ({
  page,
  drive,
  context,
  person,
}) => {
  await whenInstalled(page)
  await createFolder(page, 'Holidays')
  const { share_target: target } = await readManifest(page)
  await forgetSession(page)
  await openPage(page, `${drive.url}/sign-in`)
  await context.setOffline(true)
  const photos = [picture('harbour.png', [200, 90, 40]), picture('pier.png', [30, 90, 140])]
  await share(page, target, [...photos, textFile('note.txt', 'from the phone')])
  await expect(page.getByRole('heading', { name: 'You are offline' })).toBeVisible()
  await context.setOffline(false)
  await signIn(page, drive.url, person)
  const dialog = page.getByRole('dialog', { name: 'Save 3 files to…' })
  await dialog.getByRole('button', { name: 'Holidays' }).click()
  await dialog.getByRole('button', { name: 'Save to Holidays' }).click()
  await openFolder(page, 'Holidays')
  for (const name of ['harbour.png', 'pier.png', 'note.txt']) await expect(row(page, name)).toBeVisible()
  // Nothing is asked twice.
  await reload(page)
  await expect(row(page, 'note.txt')).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(0)
})
