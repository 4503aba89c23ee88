// Making a link in the drive and opening it elsewhere, as people do.

import { type Browser, expect, type Page } from '@playwright/test'
import { row } from './drive-page.ts'
import { openPage } from './living-page.ts'

export interface MadeLink {
  url: string
  /** Null: it asks for none. */
  code: string | null
}

/** Opens the dialog for one entry with the key S. */
export async function openShareDialog(page: Page, name: string): Promise<void> {
  await row(page, name).click()
  await page.keyboard.press('s')
  await expect(page.getByRole('dialog', { name: `Share “${name}”` })).toBeVisible()
}

/** Copies the link in the open dialog and reads it there. The dialog stays open. */
export async function copyLink(page: Page): Promise<MadeLink> {
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: /^Copy link/ }).click()
  const link = dialog.getByRole('status', { name: 'Link', exact: true })
  await expect(link).toBeVisible()
  const code = dialog.getByRole('status', { name: 'Code', exact: true })
  const isAsked = await dialog.getByRole('switch').isChecked()
  return { url: `http://${await link.textContent()}`, code: isAsked ? await code.textContent() : null }
}

/** A link to one entry, the dialog closed again. */
export async function shareEntry(page: Page, name: string): Promise<MadeLink> {
  await openShareDialog(page, name)
  const made = await copyLink(page)
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click()
  return made
}

/** Somebody else, in a browser that has never been here. */
export async function stranger(browser: Browser, phone = false): Promise<Page> {
  const looks = phone
    ? { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }
    : { viewport: { width: 1280, height: 800 } }
  return await (await browser.newContext({ ...looks, locale: 'en-US', acceptDownloads: true })).newPage()
}

export async function enterCode(page: Page, code: string): Promise<void> {
  await page.getByLabel('Code').fill(code)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
}

/** Opens the link, with its code where it asks for one. */
export async function visit(page: Page, { url, code }: MadeLink): Promise<void> {
  await openPage(page, url)
  if (code !== null) await enterCode(page, code)
  await expect(page.getByText(/^Shared by /)).toBeVisible()
}

/** The button that opens a file or folder of the link. */
export function visited(page: Page, name: string) {
  return page.getByRole('button', { name, exact: true })
}
