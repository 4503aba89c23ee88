// The pictures of docs/guide: a drive with a file of every kind, and what can be done with it.
import { type Browser, expect, type Page } from '@playwright/test'
import { DriveClient } from '../scripts/seed/drive-client.mjs'
import { sampleFiles } from '../scripts/seed/sample-files.mjs'
import type { Drive } from './cluster.ts'
import { openFolder, type Person, row } from './drive-page.ts'
import { copyLink, openShareDialog, stranger, visit } from './share-link.ts'

const THUMBNAILS_TIMEOUT_MS = 60_000
const SEARCH = '2026'

type Photograph = (page: Page, name: string) => Promise<void>

/** `page` is signed in as this person, who becomes the administrator. */
export async function takeGuide(
  browser: Browser,
  drive: Drive,
  { page, person, photograph }: GuideParts,
): Promise<void> {
  const client = new DriveClient(drive.url)
  await client.enter(person)
  await client.upload(await sampleFiles(), () => undefined)
  await page.goto(`${drive.url}/drive`)
  await openFolder(page, 'Photos')
  await page.getByRole('radio', { name: 'Grid' }).click()
  await thumbnailsLoaded(page)
  await photograph(page, 'guide-photos')
  await lookAtFiles(page, photograph)
  await page.goto(`${drive.url}/drive`)
  await write(page, photograph)
  await find(page, photograph)
  await share(browser, page, photograph)
  await page.goto(`${drive.url}/settings/security`)
  await everythingShown(page, 'Set up an authenticator')
  await photograph(page, 'guide-security')
  await page.goto(`${drive.url}/admin/capacity`)
  await everythingShown(page, 'Everything can be read twice')
  await photograph(page, 'guide-capacity')
}

/** This text is there, and nothing is being asked for any more. */
async function everythingShown(page: Page, text: string): Promise<void> {
  await expect(page.getByText(text)).toBeVisible()
  await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0)
}

interface GuideParts {
  page: Page
  person: Person
  photograph: Photograph
}

async function thumbnailsLoaded(page: Page): Promise<void> {
  const pictures = page.locator('[data-entry] img')
  await expect
    .poll(() => pictures.evaluateAll((all) => all.filter((img) => (img as HTMLImageElement).naturalWidth > 0).length), {
      timeout: THUMBNAILS_TIMEOUT_MS,
    })
    .toBeGreaterThan(8)
}

async function lookAtFiles(page: Page, photograph: Photograph): Promise<void> {
  await page.getByRole('radio', { name: 'List' }).click()
  await row(page, 'chart.png').click()
  await page.keyboard.press('i')
  await expect(page.getByText('2 of 2 copies').first()).toBeVisible()
  await photograph(page, 'guide-details')
  await page.keyboard.press('i')
  await photograph(page, 'guide-drive')
  await page.keyboard.press(' ')
  await expect(page.getByRole('dialog').getByRole('img').first()).toBeVisible()
  await page.waitForLoadState('networkidle')
  await photograph(page, 'guide-preview')
  await page.keyboard.press('Escape')
}

async function write(page: Page, photograph: Photograph): Promise<void> {
  await openFolder(page, 'Notes')
  await row(page, 'README.md').dblclick()
  const shown = page.getByRole('dialog', { name: 'README.md' })
  await expect(shown.getByRole('heading').first()).toBeVisible()
  await page.keyboard.press('e')
  await expect(page.getByRole('textbox', { name: 'Text of README.md' })).toBeFocused()
  await page.waitForLoadState('networkidle')
  await photograph(page, 'guide-editor')
  await shown.getByRole('button', { name: 'Close' }).click()
  await page.keyboard.press('Escape')
  await expect(shown).toHaveCount(0)
}

async function find(page: Page, photograph: Photograph): Promise<void> {
  await page.keyboard.press('ControlOrMeta+K')
  await page.getByRole('combobox').fill(SEARCH)
  await expect(page.getByRole('option').first()).toBeVisible()
  await photograph(page, 'guide-search')
  await page.keyboard.press('Escape')
}

async function share(browser: Browser, page: Page, photograph: Photograph): Promise<void> {
  await page.getByRole('navigation', { name: 'Folders' }).getByRole('link', { name: 'Drive' }).click()
  await openShareDialog(page, 'Photos')
  const link = await copyLink(page)
  await photograph(page, 'guide-share')
  await page.keyboard.press('Escape')
  const visitor = await stranger(browser)
  await visit(visitor, link)
  await photograph(visitor, 'guide-visitor')
  await visitor.context().close()
}
