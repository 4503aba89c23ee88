// The pages as a person meets them: what tests press and read, by role and name.

import { expect, type Locator, type Page } from '@playwright/test'
import { openPage } from './living-page.ts'

export interface Person {
  name: string
  email: string
  password: string
}

let people = 0

/** Somebody who has not registered yet. */
export function newPerson(): Person {
  people += 1
  return {
    name: `Mei Lin ${people}`,
    email: `mei.${process.pid}.${people}@example.org`,
    password: 'a long walk to the sea',
  }
}

export async function fillRegistration(page: Page, driveUrl: string, person: Person): Promise<void> {
  await openPage(page, `${driveUrl}/register`)
  await page.getByLabel('Name').fill(person.name)
  await page.getByLabel('Email').fill(person.email)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
}

/** Registers by the requests that the form sends (e2e/first-light.spec.ts fills the form), and arrives in the empty drive. */
export async function register(page: Page, driveUrl: string, person = newPerson()): Promise<Person> {
  const headers = { origin: driveUrl }
  await expect(await page.request.post(`${driveUrl}/api/auth/register`, { headers, data: person })).toBeOK()
  await enter(page, driveUrl, person)
  await openPage(page, `${driveUrl}/drive`)
  await expect(page.getByText('Lay the first stone')).toBeVisible()
  await expect(page.getByRole('main')).toHaveAttribute('aria-busy', 'false')
  return person
}

/** Signs in by the requests that the form sends: from the next page on, this browser has a new session. */
export async function enter(page: Page, driveUrl: string, { email, password }: Person): Promise<void> {
  const headers = { origin: driveUrl }
  const { csrfToken } = await (await page.request.get(`${driveUrl}/api/auth/csrf`)).json()
  const form = { email, password, csrfToken, json: 'true' }
  const entered = await page.request.post(`${driveUrl}/api/auth/callback/credentials`, { headers, form })
  await expect(entered).toBeOK()
}

export async function signIn(page: Page, driveUrl: string, { email, password }: Person): Promise<void> {
  await openPage(page, `${driveUrl}/sign-in`)
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** As if nobody had signed in here. From an empty page: an open drive notices, and would go to the sign-in page itself. */
export async function forgetSession(page: Page): Promise<void> {
  await page.goto('about:blank')
  await page.context().clearCookies()
}

/** The row of a file or folder in the list. */
export function row(page: Page, name: string): Locator {
  return page.getByRole('row').filter({ has: page.getByRole('checkbox', { name: `Select ${name}`, exact: true }) })
}

/** Opens the dialog of something new, by the button New. */
export async function askFor(page: Page, what: 'New folder' | 'New text file' | 'New Markdown note'): Promise<Locator> {
  await page.getByRole('button', { name: 'New', exact: true }).click()
  await page.getByRole('menuitem', { name: what }).click()
  return page.getByRole('dialog', { name: what })
}

export async function createFolder(page: Page, name: string): Promise<void> {
  const dialog = await askFor(page, 'New folder')
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByRole('button', { name: 'Create' }).click()
  await expect(row(page, name)).toBeVisible()
  // While it fades away, nothing else takes the mouse.
  await expect(dialog).toBeHidden()
}

/** A folder made by the API and not by hand; returns its id. */
export async function makeFolder(page: Page, name: string, parentId = 'root'): Promise<string> {
  return await page.evaluate(
    async (body) => {
      const answer = await fetch('/api/drive/folders', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return (await answer.json()).id
    },
    { name, parentId },
  )
}

export async function openFolder(page: Page, name: string): Promise<void> {
  await row(page, name).dblclick()
  await expect(page.getByRole('navigation', { name: 'Path' })).toContainText(name)
}

export interface NamedFile {
  name: string
  mimeType: string
  buffer: Buffer
}

/** Chooses files with the button Upload, as a person does: paths on disk, or small files from memory. */
export async function chooseFiles(page: Page, files: string[] | NamedFile[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Upload', exact: true }).click()
  await (await chooser).setFiles(files)
}

export function textFile(name: string, text: string): NamedFile {
  return { name, mimeType: 'text/plain', buffer: Buffer.from(text) }
}

/** The panel at the bottom right that shows uploads. */
export function uploadPanel(page: Page): Locator {
  return page.getByRole('region', { name: 'Uploads' })
}

/** Downloads a file with its row's button and returns the path of what arrived. */
export async function download(page: Page, name: string): Promise<string> {
  const arriving = page.waitForEvent('download')
  await row(page, name).hover()
  await page.getByRole('button', { name: `Download ${name}`, exact: true }).click()
  const file = await arriving
  return await file.path()
}
