import { readFile } from 'node:fs/promises'
import { expect, type Page } from '@playwright/test'
import { chooseFiles, forgetSession, makeFolder, openFolder, register, row, textFile } from './drive-page.ts'
import { test } from './drive-test.ts'
import { openPage } from './living-page.ts'
import { enterCode, openShareDialog, shareEntry, stranger, visit, visited } from './share-link.ts'

const text = 'low tide at six\n'.repeat(200)

async function fillFolder(page: Page): Promise<void> {
  const survey = await makeFolder(page, 'Survey')
  await makeFolder(page, 'Charts', survey)
  await openPage(page, new URL(`/drive/${survey}`, page.url()).href)
  await chooseFiles(page, [textFile('tides.txt', text), textFile('潮位.txt', '潮'), textFile('nothing.txt', '')])
  await expect(row(page, 'tides.txt')).toBeVisible()
  await expect(row(page, 'nothing.txt')).toBeVisible()
  await page.getByRole('navigation', { name: 'Path' }).getByText('Drive').click()
  await expect(row(page, 'Survey')).toBeVisible()
}

async function downloadFrom(page: Page, press: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const arriving = page.waitForEvent('download')
  await press()
  const file = await arriving
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) }
}

for (const phone of [false, true]) {
  const device = phone ? 'on a phone' : 'on a desk'
  test(`${device} a visitor enters the code, looks, downloads, and is out when the link is taken back`, async ({
    page,
    browser,
  }) => {
    await fillFolder(page)
    const link = await shareEntry(page, 'Survey')
    const visitor = await stranger(browser, phone)

    const answer = await openPage(visitor, link.url)
    const source = (await answer?.text()) ?? ''
    for (const secret of ['Survey', 'Mei Lin', 'property="og:']) expect(source).not.toContain(secret)
    expect(source).toContain('noindex')
    expect(answer?.headers()).toMatchObject({ 'referrer-policy': 'no-referrer' })
    expect(answer?.headers()['cache-control']).toContain('no-store')

    await enterCode(visitor, '222222')
    await expect(visitor.getByText('That code is not right. 4 tries left.')).toBeVisible()
    await enterCode(visitor, ` ${link.code?.toLowerCase()} `)
    await expect(visitor.getByRole('heading', { name: 'Survey' })).toBeVisible()
    await expect(visitor.getByRole('heading', { name: 'Survey' })).toBeFocused()
    await expect(visitor).toHaveTitle(/Survey/)

    await visitor.getByRole('radio', { name: 'Pictures' }).click()
    await visited(visitor, 'tides.txt').click()
    const preview = visitor.getByRole('dialog', { name: 'tides.txt' })
    await expect(preview.getByText(/low tide at six/)).toBeVisible()
    await visitor.keyboard.press('Escape')
    await visitor.getByRole('radio', { name: 'List' }).click()

    const one = await downloadFrom(visitor, async () => {
      if (!phone) {
        await visited(visitor, 'tides.txt').hover()
        await visitor.getByRole('button', { name: 'Download tides.txt' }).click()
        return
      }
      await visitor.getByRole('button', { name: 'More for tides.txt' }).click()
      await visitor.getByRole('dialog').getByRole('button', { name: 'Download' }).click()
    })
    expect(one).toEqual({ name: 'tides.txt', bytes: Buffer.from(text) })
    const widths = await visitor.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
    expect(widths[0]).toBeLessThanOrEqual(widths[1] ?? 0)

    await visited(visitor, 'Charts').click()
    await expect(visitor.getByText('This folder is empty')).toBeVisible()
    await visitor.goBack()
    await expect(visited(visitor, 'Charts')).toBeVisible()
    await openShareOfList(page)
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await expect(page.getByText('The link is off')).toBeVisible()
    await visited(visitor, 'Charts').click()
    await expect(visitor.getByRole('heading', { name: 'This link does not open anything.' })).toBeVisible()
    const [revoked, unknown] = [
      await openPage(visitor, link.url),
      await visitor.request.get(link.url.replace(/.{8}$/, 'AAAAAAAA')),
    ]
    expect([revoked?.status(), unknown.status()]).toEqual([404, 404])
    await visitor.context().close()
  })
}

async function openShareOfList(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Shared links' }).click()
  await page.getByRole('row').filter({ hasText: 'Survey' }).getByRole('button', { name: 'Survey', exact: true }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
}

test('a visitor walks, selects everything and nothing, and goes up by keys', async ({ page, browser }) => {
  await fillFolder(page)
  const link = await shareEntry(page, 'Survey')
  const visitor = await stranger(browser, false)
  await visit(visitor, link)
  await expect(visited(visitor, 'tides.txt')).toBeVisible()

  const selected = visitor.getByRole('status').filter({ hasText: /selected/ })
  await visitor.keyboard.press('Control+a')
  await expect(selected).toHaveText('4 selected')
  await visitor.keyboard.press('Escape')
  await expect(selected).toHaveCount(0)

  await visitor.keyboard.press('ArrowDown')
  await expect(visited(visitor, 'Charts')).toBeFocused()
  await visitor.keyboard.press('Shift+ArrowDown')
  await expect(selected).toHaveText('2 selected')
  await visitor.keyboard.press('ArrowDown')
  await visitor.keyboard.press('Space')
  await expect(selected).toHaveText('3 selected')
  const file = visitor.waitForEvent('download')
  await visitor.keyboard.press('Shift+D')
  expect((await file).suggestedFilename()).toMatch(/\.zip$/)
  await visitor.keyboard.press('Escape')

  await visitor.getByRole('radio', { name: 'Pictures' }).click()
  await visitor.keyboard.press('Control+a')
  await expect(selected).toHaveText('4 selected')
  await visitor.keyboard.press('Escape')
  await visited(visitor, 'Charts').focus()
  await visitor.keyboard.press('ArrowRight')
  await expect(visited(visitor, 'Charts')).not.toBeFocused()
  await visitor.keyboard.press('ArrowLeft')
  await expect(visited(visitor, 'Charts')).toBeFocused()
  await visitor.keyboard.press('Enter')
  await expect(visitor.getByText('This folder is empty')).toBeVisible()
  await visitor.keyboard.press('Backspace')
  await expect(visited(visitor, 'Charts')).toBeVisible()
})

test('whoever may only look finds nothing to download or save', async ({ page, browser }) => {
  await fillFolder(page)
  await openShareDialog(page, 'Survey')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('radio', { name: 'View only' }).click()
  await dialog.getByRole('switch').click()
  await dialog.getByRole('button', { name: 'Copy link' }).click()
  const url = `http://${await dialog.getByRole('status', { name: 'Link', exact: true }).textContent()}`
  const visitor = await stranger(browser)
  await visit(visitor, { url, code: null })
  await visited(visitor, 'tides.txt').click()
  await expect(visitor.getByRole('dialog').getByText(/low tide at six/)).toBeVisible()
  await visitor.keyboard.press('Escape')
  await expect(visitor.getByRole('button', { name: /Download|Save/ })).toHaveCount(0)
  const id = await visitor.evaluate(() => {
    const names = performance.getEntriesByType('resource').map((entry) => new URL(entry.name).pathname)
    return names.find((name) => /^\/api\/s\/(?!open)/.test(name))?.split('/')[3]
  })
  const refused = await visitor.evaluate(async (link) => {
    return (await fetch(`/api/s/${link}/download`, { method: 'POST', body: '{}' })).status
  }, id)
  expect(refused).toBe(404)
  await visitor.context().close()
})

const REASON = 'Then what was shared with you is saved to your drive.'

test('somebody signed out who saves a link is told why to sign in, and finds it in their drive', async ({
  page,
  browser,
  drive,
}) => {
  await fillFolder(page)
  const link = await shareEntry(page, 'Survey')
  const visitor = await stranger(browser)
  const person = await register(visitor, drive.url)
  await forgetSession(visitor)
  await visit(visitor, link)
  await visitor.getByRole('button', { name: 'Save to my drive' }).click()
  await expect(visitor.getByText(REASON)).toBeVisible()
  await visitor.getByLabel('Email').fill(person.email)
  await visitor.getByLabel('Password', { exact: true }).fill(person.password)
  await visitor.getByRole('button', { name: 'Sign in' }).click()
  await expect(visitor.getByText('Saved to “Drive”')).toBeVisible()
  await visitor.getByRole('button', { name: 'Show' }).click()
  await openFolder(visitor, 'Survey')
  await expect(row(visitor, 'tides.txt')).toBeVisible()
  await visitor.context().close()
})

test('somebody without an account who saves a link signs up, and finds it in their drive', async ({
  page,
  browser,
}) => {
  await fillFolder(page)
  const link = await shareEntry(page, 'Survey')
  const visitor = await stranger(browser)
  await visit(visitor, link)
  await visitor.getByRole('button', { name: 'Save to my drive' }).click()
  await visitor.getByRole('link', { name: 'Create an account' }).click()
  await expect(visitor.getByText(REASON)).toBeVisible()
  await visitor.getByLabel('Name').fill('Nils New')
  await visitor.getByLabel('Email').fill(`nils-${Date.now()}@example.org`)
  await visitor.getByLabel('Password', { exact: true }).fill('a long enough secret of Nils')
  await visitor.getByRole('button', { name: 'Create account' }).click()
  await expect(visitor.getByText('Saved to “Drive”')).toBeVisible()
  await visitor.context().close()
})
