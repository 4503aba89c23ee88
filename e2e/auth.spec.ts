import { expect, type Page } from '@playwright/test'
import { forgetSession, register, signIn } from './drive-page.ts'
import { test } from './drive-test.ts'
import { openPage } from './living-page.ts'

test('a wrong password is refused with a sentence, the right one opens the drive', async ({ page, drive, person }) => {
  await forgetSession(page)
  await signIn(page, drive.url, { ...person, password: 'not the password' })
  await expect(page.getByRole('alert').filter({ hasText: 'Email or password is not right.' })).toBeVisible()
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByText('Lay the first stone')).toBeVisible()
})

test('signing out ends the session itself, not only the cookie', async ({ page, drive }) => {
  const cookies = await page.context().cookies()
  await page.getByRole('button', { name: 'Account and settings' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in to Cairn' })).toBeVisible()
  await page.context().addCookies(cookies)
  const answer = await page.request.get(`${drive.url}/api/me`)
  expect(answer.status()).toBe(401)
  await openPage(page, `${drive.url}/drive`)
  await expect(page.getByRole('heading', { name: 'Sign in to Cairn' })).toBeVisible()
})

test('the second person is no administrator and is not told so', async ({ page, drive, browser }) => {
  const other = await (await browser.newContext()).newPage()
  await openPage(other, `${drive.url}/register`)
  await expect(other.getByRole('button', { name: 'Create account' })).toBeVisible()
  await expect(other.getByText('administrator')).toHaveCount(0)
  await register(other, drive.url)
  const me = await other.request.get(`${drive.url}/api/me`)
  expect(await me.json()).toMatchObject({ role: 'user' })
  await other.context().close()
  await expect(page.getByText('Lay the first stone')).toBeVisible()
})

test('an email can register once; what is typed and sent before the page has come to life is sent then', async ({
  browser,
  drive,
  person,
}) => {
  const page = await (await browser.newContext({ serviceWorkers: 'block' })).newPage()
  const comeToLife = await holdScripts(page)
  await page.goto(`${drive.url}/register`, { waitUntil: 'commit' })
  await page.getByLabel('Name').fill('Somebody else')
  await page.getByLabel('Email').fill(person.email.toUpperCase())
  await page.getByLabel('Password', { exact: true }).fill('another long password')
  await page.getByRole('button', { name: 'Create account' }).click()
  comeToLife()
  const taken = page.getByText('There is an account with this address already.')
  await expect(taken).toBeVisible()
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue('another long password')
  await expect(page).toHaveURL(`${drive.url}/register`)
  await page.getByLabel('Email').fill('another@example.org')
  await expect(taken).toHaveCount(0)
  await page.context().close()
})

/** From here on pages get their scripts only when the returned function was called. */
async function holdScripts(page: Page): Promise<() => void> {
  let comeToLife: () => void = () => undefined
  const called = new Promise<void>((resolve) => {
    comeToLife = resolve
  })
  await page.route(/\/_next\/static\/.*\.js/, async (route) => {
    await called
    await route.continue()
  })
  return comeToLife
}

test('a page that needs a person leads to sign-in and back', async ({ page, drive, person }) => {
  await forgetSession(page)
  await openPage(page, `${drive.url}/drive`)
  await expect(page.getByRole('heading', { name: 'Sign in to Cairn' })).toBeVisible()
  await page.getByLabel('Email').fill(person.email)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(/\/drive$/)
})

test('the page speaks Chinese to who asks for it', async ({ browser, drive }) => {
  const context = await browser.newContext({ locale: 'zh-CN' })
  const page = await context.newPage()
  await openPage(page, `${drive.url}/sign-in`)
  await expect(page.getByRole('button', { name: '登录' })).toBeVisible()
  await context.close()
})
