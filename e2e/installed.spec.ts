// The drive as an app of a phone's home screen.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, type Page } from '@playwright/test'
import {
  chooseFiles,
  createFolder,
  forgetSession,
  type NamedFile,
  openFolder,
  row,
  signIn,
  textFile,
} from './drive-page.ts'
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
  // The page that comes is not one of React's.
  await page.goto(`${drive.url}/drive`)
  await expect(page.getByRole('heading', { name: 'You are offline' })).toBeVisible()
  await context.setOffline(false)
  await page.getByRole('link', { name: 'Try again' }).click()
  await expect(page.getByText('Lay the first stone')).toBeVisible()
})

async function addFile(page: Page, file: NamedFile): Promise<void> {
  await chooseFiles(page, [file])
  await expect(row(page, file.name)).toBeVisible()
}

/** As the three dots of a row on a phone. */
async function openSheet(page: Page, name: string) {
  await page.getByRole('button', { name: `More for ${name}` }).click()
  return page.getByRole('dialog')
}

test('a file that a phone keeps is there without a network, is the newest one, and goes with its person', async ({
  page,
  drive,
  context,
}) => {
  await whenInstalled(page)
  const [old, newer] = [picture('harbour.png', [200, 90, 40]), picture('harbour.png', [30, 90, 140])]
  await addFile(page, old)
  await addFile(page, textFile('note.txt', 'from the phone'))
  await page.setViewportSize({ width: 390, height: 844 })
  for (const name of ['harbour.png', 'note.txt']) {
    await (await openSheet(page, name)).getByRole('button', { name: 'Keep on this phone' }).click()
    await expect(page.getByText(`“${name}” is on this phone now, also without a network.`)).toBeVisible()
  }

  // Somewhere else the picture is replaced, and the note is thrown away.
  await page.setViewportSize({ width: 1440, height: 900 })
  await chooseFiles(page, [newer])
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Replace', { exact: true }).click()
  await dialog.getByRole('button', { name: /^Upload/ }).click()
  await expect.poll(() => keptHashes(page)).toHaveLength(2)
  await row(page, 'note.txt').click()
  await page.keyboard.press('Delete')
  await expect(row(page, 'note.txt')).toHaveCount(0)
  await reload(page)
  await expect.poll(() => keptHashes(page)).toEqual([sha256(newer.buffer)])

  await context.setOffline(true)
  // The page that comes is not one of React's.
  await page.goto(`${drive.url}/drive`)
  await expect(page.getByRole('heading', { name: 'You are offline' })).toBeVisible()
  await page.getByRole('button', { name: /harbour\.png/ }).click()
  const shown = page.getByRole('img', { name: 'harbour.png' })
  await expect.poll(() => shown.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0)
  const saving = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Save' }).click()
  expect(readFileSync(await (await saving).path())).toEqual(newer.buffer)

  await context.setOffline(false)
  await openPage(page, `${drive.url}/settings/kept`)
  await expect(page.getByRole('listitem').filter({ hasText: 'harbour.png' })).toBeVisible()
  await page.getByRole('button', { name: 'Account and settings' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByLabel('Email')).toBeVisible()
  expect(await keptHashes(page)).toEqual([])
})

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** SHA-256 of the contents that this browser keeps, computed from the bytes. */
async function keptHashes(page: Page): Promise<string[]> {
  return await page.evaluate(async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith('cairn-kept-'))
    const answers = await Promise.all(names.map(async (name) => await (await caches.open(name)).matchAll()))
    const hash = async (answer: Response) => {
      const digest = await crypto.subtle.digest('SHA-256', await answer.arrayBuffer())
      return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    }
    return await Promise.all(answers.flat().map(hash))
  })
}

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
