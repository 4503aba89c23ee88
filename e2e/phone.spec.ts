import { expect, type Page } from '@playwright/test'
import { lanAddresses } from '../scripts/lib/settings.mjs'
import { startDrive } from './cluster.ts'
import { register, textFile } from './drive-page.ts'
import { test } from './drive-test.ts'
import { reload } from './living-page.ts'
import { slowDown, speedUp } from './upload-line.ts'

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

/** As another device makes them: the page hears nothing of it. */
async function makeElsewhere(page: Page, names: string[]): Promise<void> {
  await page.evaluate(async (all) => {
    for (const name of all) {
      const body = JSON.stringify({ parentId: 'root', name })
      await fetch('/api/drive/folders', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    }
  }, names)
}

async function makeFolders(page: Page, names: string[]): Promise<void> {
  await makeElsewhere(page, names)
  await reload(page)
  // What fingers do besides tapping is loaded behind the list.
  await page.waitForLoadState('networkidle')
}

type Point = { x: number; y: number }

/** A finger that comes down, stays as long as a long press takes if it should, and goes to another place. */
async function drag(
  page: Page,
  from: Point,
  to: Point,
  { until }: { until?: () => Promise<void> } = {},
): Promise<void> {
  const touch = await page.context().newCDPSession(page)
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: Point[]) =>
    touch.send('Input.dispatchTouchEvent', { type, touchPoints })
  await send('touchStart', [from])
  await until?.()
  for (const share of [0.15, 0.3, 0.5, 0.7, 0.9, 1]) {
    await send('touchMove', [{ x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }])
  }
  await send('touchEnd', [])
  await touch.detach()
}

async function middleOf(page: Page, name: string): Promise<Point> {
  const box = await page.getByRole('row').filter({ hasText: name }).boundingBox()
  if (box === null) throw new Error(`${name} is not on the screen`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

test('a finger selects what it goes over after a long press', async ({ page }) => {
  await makeFolders(page, ['One', 'Two', 'Three', 'Four'])
  await expect(page.getByRole('row').filter({ hasText: 'Two' })).toBeVisible()
  const selected = page.getByRole('main').getByText(/^\d selected$/)
  await drag(page, await middleOf(page, 'Four'), await middleOf(page, 'Three'), {
    until: () => expect(selected).toBeVisible(),
  })
  await expect(selected).toHaveText('3 selected')
  // The bar with the places lies below the one with the actions, and nobody gets there by keys or by a reader.
  await expect(page.getByRole('navigation', { name: 'Menu' })).toBeHidden()
})

test('a row swept to the left shows what can be done with it, and comes back', async ({ page }) => {
  await makeFolders(page, ['Beach', 'Harbour'])
  await expect(page.getByRole('row').filter({ hasText: 'Beach' })).toBeVisible()
  const actions = page.getByRole('toolbar', { name: 'Actions' })
  const swipe = () =>
    expect(async () => {
      const from = await middleOf(page, 'Beach')
      await drag(page, from, { x: from.x - 150, y: from.y + 4 })
      await expect(actions).toBeVisible({ timeout: 2000 })
    }).toPass()
  await swipe()
  await page.keyboard.press('Escape')
  await expect(actions).toHaveCount(0)
  await swipe()
  await actions.getByRole('button', { name: 'Delete' }).tap()
  await expect(page.getByRole('row').filter({ hasText: 'Beach' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).tap()
  await expect(page.getByRole('row').filter({ hasText: 'Beach' })).toBeVisible()
})

test('a list pulled down shows what has come meanwhile', async ({ page }) => {
  await makeFolders(page, ['Beach'])
  await expect(page.getByRole('row').filter({ hasText: 'Beach' })).toBeVisible()
  await makeElsewhere(page, ['From elsewhere'])
  await expect(async () => {
    const from = await middleOf(page, 'Beach')
    await drag(page, from, { x: from.x, y: from.y + 300 })
    await expect(page.getByRole('row').filter({ hasText: 'From elsewhere' })).toBeVisible({ timeout: 3000 })
  }).toPass()
  await makeElsewhere(page, ['A little later'])
  await expect(async () => {
    await flickDown(page, 'Beach')
    await expect(page.getByRole('row').filter({ hasText: 'A little later' })).toBeVisible({ timeout: 3000 })
  }).toPass()
})

/** A finger that has come and gone before the page has drawn anything of it. */
async function flickDown(page: Page, name: string): Promise<void> {
  await page
    .getByRole('row')
    .filter({ hasText: name })
    .evaluate((row) => {
      const { x, y } = row.getBoundingClientRect()
      const send = (type: string, by: number) => {
        const touch = new Touch({ identifier: 1, target: row, clientX: x + 100, clientY: y + 20 + by })
        const touches = type === 'touchend' ? [] : [touch]
        row.dispatchEvent(new TouchEvent(type, { bubbles: true, cancelable: true, touches, changedTouches: [touch] }))
      }
      send('touchstart', 0)
      for (const by of [40, 120, 200, 300]) send('touchmove', by)
      send('touchend', 300)
    })
}

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
    // What a browser keeps from an address without encryption is said where it does.
    const isSecure = await page.evaluate(() => window.isSecureContext)
    await page.getByRole('button', { name: /^Show uploads/ }).tap()
    await expect(page.getByRole('heading', { name: '1 file uploaded' })).toBeVisible()
    await expect(page.getByText(/^This address is not encrypted/)).toHaveCount(isSecure ? 0 : 1)
  } finally {
    await page.context().close()
    await drive.close()
  }
})

test('the screen of a phone stays on while a file is sent, and no longer', async ({ page, drive, context }) => {
  await context.grantPermissions(['screen-wake-lock'])
  // The page's own locks, looked at from outside. A browser without a screen may refuse them.
  await page.addInitScript(() => {
    const locks = { asked: 0, held: 0 }
    const real = navigator.wakeLock.request.bind(navigator.wakeLock)
    navigator.wakeLock.request = async (type) => {
      locks.asked += 1
      const lock = await real(type)
      locks.held += 1
      lock.addEventListener('release', () => {
        locks.held -= 1
      })
      return lock
    }
    Object.assign(window, { locks })
  })
  await reload(page)
  slowDown(drive, 256 * 1024)
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Add' }).tap()
  await page.getByRole('dialog').getByRole('button', { name: 'Files' }).tap()
  await (await chooser).setFiles([{ name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(1024 * 1024) }])
  await expect.poll(() => page.evaluate('locks.asked')).toBe(1)
  speedUp(drive)
  await expect(page.getByRole('row').filter({ hasText: 'film.mp4' })).toBeVisible()
  await expect.poll(() => page.evaluate('locks.held')).toBe(0)
})
