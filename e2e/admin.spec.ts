import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { expect, type Page } from '@playwright/test'
import { openAdministration } from './admin-page.ts'
import { forgetSession, newPerson, register, signIn } from './drive-page.ts'
import { test } from './drive-test.ts'
import { openPage, reload } from './living-page.ts'

/** Finds somebody in the table of people and opens what can be done for them. */
async function openPerson(page: Page, { email, name }: { email: string; name: string }) {
  // What is typed before the page has come to life is not seen by it.
  await expect(async () => {
    await page.getByRole('searchbox', { name: 'Name or email' }).fill('')
    await page.getByRole('searchbox', { name: 'Name or email' }).fill(email)
    await expect(page.getByText('1 person', { exact: true })).toBeVisible({ timeout: 5000 })
  }).toPass()
  await page.getByRole('button', { name: `Change ${name}` }).click()
  return page.getByRole('dialog', { name })
}

test('nothing is here for people who are no administrators', async ({ page, drive, person }) => {
  expect(person.email).toBeTruthy()
  const other = newPerson()
  await forgetSession(page)
  await register(page, drive.url, other)
  for (const name of ['capacity', 'people', 'groups', 'shares', 'jobs', 'audit', 'settings']) {
    const answer = await openPage(page, `${drive.url}/admin/${name}`)
    expect(answer?.status()).toBe(404)
    await expect(page.getByText('Nothing to open here')).toBeVisible()
  }
  // Nor is somebody else's folder, which could as well be none.
  await openPage(page, `${drive.url}/drive/nobodysfolder`)
  await expect(page.getByText('Nothing to open here')).toBeVisible()
  await expect(page).toHaveTitle('Nothing to open here · Cairn')
})

test('a changed quota is felt, and a disabled person is signed out', async ({ page, drive, person, browser }) => {
  const context = await browser.newContext({ serviceWorkers: 'block' })
  const theirs = await context.newPage()
  const other = await register(theirs, drive.url)
  await openAdministration(page, drive, { person, page: 'people', title: 'People' })

  await page.getByRole('button', { name: 'Invite' }).click()
  const inviting = page.getByRole('dialog', { name: 'Invite' })
  await inviting.getByRole('textbox').fill('somebody')
  await inviting.getByRole('button', { name: 'Make a link' }).click()
  await expect(inviting.getByText('This address is not complete.')).toBeVisible()
  await inviting.getByRole('button', { name: 'Close' }).click()

  const dialog = await openPerson(page, other)
  await dialog.getByLabel('Space').fill('much')
  await expect(dialog.getByText('Write a size, such as 50 GB.')).toBeVisible()
  await dialog.getByLabel('Space').fill('3 MB')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toHaveCount(0)
  await reload(theirs)
  await expect(theirs.getByRole('complementary')).toContainText('3 MB')

  // What was begun and not finished is no longer free, and says so.
  const begun = { items: [{ clientId: randomUUID(), name: 'begun.bin', size: 2_900_000, folderId: 'root' }] }
  const headers = { origin: drive.url }
  expect((await theirs.request.post(`${drive.url}/api/uploads`, { data: begun, headers })).ok()).toBe(true)
  await reload(theirs)
  await theirs.getByRole('link', { name: '2.9 MB held by unfinished uploads' }).click()
  await expect(theirs.getByRole('button', { name: 'Give up begun.bin' })).toBeVisible()

  await page.getByRole('button', { name: `Change ${other.name}` }).click()
  await dialog.getByRole('button', { name: 'Disable' }).click()
  await expect(dialog.getByRole('button', { name: 'Enable' })).toBeVisible()
  await expect(async () => {
    await openPage(theirs, `${drive.url}/drive`)
    expect(theirs.url()).toContain('/sign-in')
  }).toPass({ timeout: 30_000 })
  await context.close()
})

test('people share the space of a group, and a link lets somebody choose a new password', async ({
  page,
  drive,
  person,
  browser,
}) => {
  const theirs = await (await browser.newContext({ serviceWorkers: 'block' })).newPage()
  const other = await register(theirs, drive.url)
  await openAdministration(page, drive, { person, page: 'groups', title: 'Groups' })
  const name = `Reef team ${Date.now()}`
  await page.getByRole('button', { name: 'New group' }).click()
  const making = page.getByRole('dialog', { name: 'New group' })
  await making.getByLabel('Name').fill(name)
  await making.getByLabel('Space').fill('5 MB')
  await making.getByRole('button', { name: 'Make group' }).click()
  await page.getByRole('button', { name: `Change ${name}` }).click()
  const group = page.getByRole('dialog', { name })
  await group.getByLabel('Add a member').fill(other.email)
  await group.getByRole('button', { name: `Add: ${other.name}` }).click()
  await expect(group.getByRole('button', { name: `Take out: ${other.name}` })).toBeVisible()
  await group.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('row').filter({ hasText: name })).toContainText('5 MB')
  await openPage(theirs, `${drive.url}/settings/profile`)
  await expect(theirs.getByRole('region', { name: 'Space' }).getByText(name, { exact: true })).toBeVisible()

  await openPage(page, `${drive.url}/admin/people`)
  const dialog = await openPerson(page, other)
  await dialog.getByRole('button', { name: 'Make a link' }).click()
  const link = await dialog.getByLabel('Pass this link on yourself').inputValue()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await dialog.getByRole('button', { name: 'Copy link' }).click()
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(link)
  const stranger = await (await browser.newContext({ serviceWorkers: 'block' })).newPage()
  await openPage(stranger, link)
  await stranger.getByLabel('New password', { exact: true }).fill('a kettle on the sill')
  await stranger.getByRole('button', { name: 'Set the password' }).click()
  await expect(stranger.getByRole('link', { name: 'Sign in' })).toBeVisible()
  await signIn(stranger, drive.url, { ...other, password: 'a kettle on the sill' })
  await expect(stranger.getByText('Lay the first stone')).toBeVisible()
  await stranger.context().close()
  await theirs.context().close()
})

test('people are exported as they are filtered', async ({ page, drive, person }) => {
  await openAdministration(page, drive, { person, page: 'people', title: 'People' })
  await page.getByRole('searchbox', { name: 'Name or email' }).fill(person.email)
  await expect(page.getByText('1 person', { exact: true })).toBeVisible()
  const waiting = page.waitForEvent('download')
  await page.getByRole('link', { name: 'People as CSV' }).click()
  const lines = fs
    .readFileSync(await (await waiting).path(), 'utf8')
    .trim()
    .split('\r\n')
  expect(lines).toHaveLength(2)
  expect(lines[1]).toContain(person.email)
})

test('a setting takes effect within five seconds and stands in the audit log', async ({
  page,
  drive,
  person,
  browser,
}) => {
  await openAdministration(page, drive, { person, page: 'settings', title: 'Settings' })
  const choice = page.getByRole('combobox', { name: 'Who can make an account' })
  await choice.selectOption('Nobody')
  await expect(page.getByText('Saved. It holds everywhere within 5 seconds.')).toBeVisible()
  const context = await browser.newContext({ serviceWorkers: 'block' })
  const stranger = await context.newPage()
  await expect(async () => {
    await openPage(stranger, `${drive.url}/register`)
    await expect(stranger.getByRole('button', { name: 'Create account' })).toHaveCount(0, { timeout: 2000 })
  }).toPass({ timeout: 30_000 })
  await choice.selectOption('Everybody')
  await expect(page.getByText('Everybody who reaches this page can make an account.')).toBeVisible()
  await expect(async () => {
    await openPage(stranger, `${drive.url}/register`)
    await expect(stranger.getByRole('button', { name: 'Create account' })).toBeVisible({ timeout: 2000 })
  }).toPass({ timeout: 30_000 })
  await context.close()

  await openPage(page, `${drive.url}/admin/audit`)
  const log = page.getByRole('region', { name: 'Audit log' })
  await expect(log.getByRole('row').filter({ hasText: 'Nobody → Everybody' }).first()).toContainText(person.email)
  await expect(log.getByRole('row').filter({ hasText: 'Who can make an account' }).first()).toBeVisible()
  await expect(log.getByRole('row').filter({ hasText: 'Signed in' }).first()).toContainText('with a password')
})

test('the sidebar counts, and the search goes to people, storages and pages', async ({ page, drive, person }) => {
  await openAdministration(page, drive, { person, page: 'capacity', title: 'Capacity' })
  const sidebar = page.getByRole('complementary')
  await expect(sidebar.getByRole('link', { name: /^People/ })).toHaveText(/^People[1-9][\d,]*$/)
  await expect(sidebar.getByText('2 active')).toBeVisible()

  const find = async (text: string, option: RegExp) => {
    await page.getByRole('button', { name: /Search people, storages, settings/ }).click()
    await page.keyboard.type(text)
    await expect(page.getByRole('option', { name: option, selected: true })).toBeVisible()
    await page.keyboard.press('Enter')
  }
  await find(person.email, new RegExp(person.email))
  await expect(page.getByRole('dialog', { name: person.name })).toBeVisible()
  await page.keyboard.press('Escape')
  await find('group1', /group1/)
  await expect(page).toHaveURL(/\/admin\/capacity\/group1\//)
  await find('>Go to Audit', /Go to Audit log/)
  await expect(page.getByRole('region', { name: 'Audit log' })).toBeVisible()
})
