// Accounts as people meet them: invitations, authenticators, links, sessions, a sign-in service.

import { type Browser, expect, type Locator, type Page } from '@playwright/test'
import { generate } from 'otplib'
import { makeAdministrator } from './admin-page.ts'
import type { Drive } from './cluster.ts'
import { fillRegistration, forgetSession, newPerson, type Person, register, signIn } from './drive-page.ts'
import { test } from './drive-test.ts'
import { openPage, reload } from './living-page.ts'

/** Another browser, with nobody signed in. */
async function otherBrowser(browser: Browser): Promise<Page> {
  return await (await browser.newContext()).newPage()
}

async function openSecurity(page: Page, driveUrl: string): Promise<void> {
  await openPage(page, `${driveUrl}/settings/security`)
  await expect(page.getByRole('heading', { name: 'Where you are signed in' })).toBeVisible()
  await expect(page.getByRole('main')).toHaveAttribute('aria-busy', 'false')
}

const TABS_MAX = 60

/** Presses Tab until this has the focus. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let presses = 0; presses < TABS_MAX; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not lead to ${wanted}`)
}

/** Sets up an authenticator without a mouse. Returns its secret and the recovery codes. */
async function addAuthenticator(page: Page, driveUrl: string, person: Person) {
  await openSecurity(page, driveUrl)
  await tabTo(page, page.getByRole('button', { name: 'Set up an authenticator' }))
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByLabel('Your password')).toBeFocused()
  await page.keyboard.type(person.password)
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('img', { name: 'QR code for an authenticator app' })).toBeVisible()
  await expect(dialog.getByLabel('Code', { exact: true })).toBeFocused()
  const secret = ((await dialog.getByRole('link').textContent()) ?? '').replaceAll(' ', '')
  await page.keyboard.type(await generate({ secret }))
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('listitem')).toHaveCount(10)
  const codes = await dialog.getByRole('listitem').allTextContents()
  await expect(dialog.getByRole('button', { name: 'I have kept them' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByText('10 recovery codes left.')).toBeVisible()
  // The button that had led here is gone: the keys go on beside it.
  await expect(page.getByRole('button', { name: 'New recovery codes' })).toBeFocused()
  return { secret, codes }
}

test('with an authenticator the password alone opens nothing; a code does, and a recovery code once', async ({
  page,
  drive,
  person,
  browser,
}) => {
  const { secret, codes } = await addAuthenticator(page, drive.url, person)
  const door = await otherBrowser(browser)
  await openPage(door, `${drive.url}/sign-in`)
  await expect(door.getByLabel('Email')).toBeFocused()
  await door.keyboard.type(person.email)
  await door.keyboard.press('Tab')
  await door.keyboard.type(person.password)
  await door.keyboard.press('Enter')
  await expect(door.getByLabel('Code from your authenticator')).toBeFocused()
  expect((await door.request.get(`${drive.url}/api/me`)).status()).toBe(401)
  await door.keyboard.type('000000')
  await expect(door.getByRole('alert').filter({ hasText: 'That code is not right.' })).toBeVisible()
  await expect(door.getByLabel('Code from your authenticator')).toHaveValue('')
  // Each code is taken once, and half a minute may have gone by or not. The next one is taken, too.
  await door.keyboard.type(await generate({ secret, epoch: Math.floor(Date.now() / 1000) + 30 }))
  await expect(door.getByText('Lay the first stone')).toBeVisible()

  for (const [attempt, [code = '']] of [[codes[0]], [codes[0]]].entries()) {
    await forgetSession(door)
    await signIn(door, drive.url, person)
    await door.getByRole('button', { name: 'Use a recovery code' }).click()
    await door.getByLabel('Recovery code').fill(code)
    await door.getByRole('button', { name: 'Sign in', exact: true }).click()
    const answer = attempt === 0 ? door.getByText('Lay the first stone') : door.getByText('That code is not right.')
    await expect(answer).toBeVisible()
  }
  await door.context().close()
})

test('changing the password ends the other browser within five seconds and says so here', async ({
  page,
  drive,
  person,
  browser,
}) => {
  const elsewhere = await otherBrowser(browser)
  await signIn(elsewhere, drive.url, person)
  await expect(elsewhere.getByText('Lay the first stone')).toBeVisible()
  await openSecurity(page, drive.url)
  await expect(page.getByRole('listitem').filter({ hasText: 'Last used' })).toHaveCount(1)
  await page.getByLabel('Your password').fill('not my password')
  await page.getByLabel('New password').fill('another long walk home')
  await page.getByRole('button', { name: 'Change password' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'This is not your password.' })).toBeVisible()
  await page.getByLabel('Your password').fill(person.password)
  await page.getByRole('button', { name: 'Change password' }).click()
  await expect(page.getByText('Password changed. Every other device is signed out.')).toBeVisible()
  await expect.poll(async () => (await elsewhere.request.get(`${drive.url}/api/me`)).status()).toBe(401)
  expect((await page.request.get(`${drive.url}/api/me`)).status()).toBe(200)
  await elsewhere.context().close()
})

test('a device can be signed out from another one', async ({ page, drive, person, browser }) => {
  const lost = await otherBrowser(browser)
  await signIn(lost, drive.url, person)
  await expect(lost.getByText('Lay the first stone')).toBeVisible()
  await openSecurity(page, drive.url)
  await page.getByRole('button', { name: /^Sign out Chrome/ }).click()
  await expect(page.getByText('Signed out there')).toBeVisible()
  await reload(lost)
  await expect(lost.getByRole('heading', { name: 'Sign in to Cairn' })).toBeVisible()
  await lost.context().close()
})

test('who is invited joins with the address and the space of the invitation, once', async ({ drive, browser }) => {
  const admin = await administrator(browser, drive)
  const guest = newPerson()
  const wish = { email: guest.email, quotaBytes: 7_000_000_000 }
  const made = await admin.request.post(`${drive.url}/api/admin/invitations`, {
    data: wish,
    headers: { origin: drive.url },
  })
  expect(made.status()).toBe(201)
  const { link } = await made.json()
  const door = await otherBrowser(browser)
  await openPage(door, link)
  await expect(door.getByText('You are invited. 7 GB to begin with.')).toBeVisible()
  await expect(door.getByLabel('Email')).toHaveValue(guest.email)
  await door.getByLabel('Name').fill(guest.name)
  await door.getByLabel('Password', { exact: true }).fill(guest.password)
  await door.getByRole('button', { name: 'Create account' }).click()
  await expect(door.getByText('Lay the first stone')).toBeVisible()
  await forgetSession(door)
  await openPage(door, link)
  await expect(door.getByRole('heading', { name: 'This invitation opens nothing' })).toBeVisible()
  await door.context().close()
  await admin.context().close()
})

test('a password that guessers try first is refused with a sentence', async ({ drive, browser }) => {
  const door = await otherBrowser(browser)
  await fillRegistration(door, drive.url, { ...newPerson(), password: 'password1' })
  await door.getByRole('button', { name: 'Create account' }).click()
  await expect(door.getByText('This is among the first passwords that are guessed. Choose another.')).toBeVisible()
  await door.context().close()
})

test('a name and a theme that were chosen are there on the next device', async ({ page, drive, person, browser }) => {
  await openPage(page, `${drive.url}/settings/profile`)
  await expect(page.getByRole('main')).toHaveAttribute('aria-busy', 'false')
  await page.getByLabel('How others see you').fill('Mei the Second')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Saved')).toBeVisible()
  await page.getByRole('link', { name: 'Appearance' }).click()
  await page.getByRole('radio', { name: 'Dark' }).click()
  await expect.poll(async () => (await (await page.request.get(`${drive.url}/api/me`)).json()).theme).toBe('dark')
  const other = await otherBrowser(browser)
  await signIn(other, drive.url, person)
  await expect(other.getByText('Lay the first stone')).toBeVisible()
  await expect(other.locator('html')).toHaveClass(/dark/)
  await expect(other.getByRole('button', { name: 'Account and settings' })).toHaveAttribute('title', 'Mei the Second')
  await other.context().close()
})

test('an address to go on to after signing in never leaves the drive', async ({ page, drive, person }) => {
  for (const next of ['https://example.com/', '//example.com', '/\\example.com', '/\t/example.com']) {
    await forgetSession(page)
    await openPage(page, `${drive.url}/sign-in?next=${encodeURIComponent(next)}`)
    await page.getByLabel('Email').fill(person.email)
    await page.getByLabel('Password', { exact: true }).fill(person.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page).toHaveURL(`${drive.url}/drive`)
  }
})

/** Somebody who may invite. */
async function administrator(browser: Browser, drive: Drive): Promise<Page> {
  const page = await otherBrowser(browser)
  await makeAdministrator(page, drive, await register(page, drive.url))
  return page
}
