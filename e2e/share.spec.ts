import { once } from 'node:events'
import { expect, type Route } from '@playwright/test'
import { chooseFiles, row, textFile } from './drive-page.ts'
import { test } from './drive-test.ts'
import { openPage, reload } from './living-page.ts'
import { copyLink, enterCode, openShareDialog, shareEntry, stranger, visit } from './share-link.ts'

test.beforeEach(async ({ page }) => {
  await chooseFiles(page, [textFile('report.txt', 'low tide at six')])
  await expect(row(page, 'report.txt')).toBeVisible()
})

test('a link exists when it is copied, saves its changes itself, and is taken back and given again', async ({
  page,
  browser,
}) => {
  const shares = () => page.evaluate(async () => (await (await fetch('/api/shares')).json()).shares)
  await openShareDialog(page, 'report.txt')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Download limit').selectOption('5')
  await expect(dialog.getByText(/at most 5 times/)).toBeVisible()
  expect(await shares()).toHaveLength(0)

  const { code } = await copyLink(page)
  expect(code).toMatch(/^[2-9A-HJKMNP-TV-Z]{6}$/)
  await expect(dialog.getByText('The code is shown only now.')).toBeVisible()
  // The answer to the first change comes late: the next one waits for it, or the older answer would be shown last.
  const gate = new AbortController()
  const holdBack = async (route: Route) => {
    const [response] = await Promise.all([route.fetch(), once(gate.signal, 'abort')])
    await route.fulfill({ response })
  }
  await page.route('**/api/shares/*', holdBack, { times: 1 })
  const changes: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'PATCH') changes.push(request.method())
  })
  await dialog.getByRole('radio', { name: 'View only' }).click()
  await expect.poll(async () => (await shares())[0]).toMatchObject({ allowDownload: false })
  await dialog.getByLabel('Ends').selectOption({ label: 'Never' })
  await expect(dialog.getByText(/^Anyone with the link and the code can view 1 item, 15 B\./)).toBeVisible()
  expect(changes).toEqual(['PATCH'])
  gate.abort()
  await expect.poll(async () => (await shares())[0]).toMatchObject({ allowDownload: false, expiresAt: null })
  await expect(dialog.getByText(/^Anyone with the link and the code can view 1 item, 15 B\./)).toBeVisible()
  await dialog.getByRole('button', { name: 'QR code' }).click()
  await expect(dialog.getByRole('img', { name: 'QR code of the link' })).toBeVisible()

  await dialog.getByRole('button', { name: 'Revoke' }).click()
  await expect(dialog).toBeHidden()
  await expect.poll(async () => (await shares())[0].state).toBe('revoked')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(async () => (await shares())[0].state).toBe('active')

  const visitor = await stranger(browser)
  await openPage(visitor, (await shares())[0].url)
  await enterCode(visitor, code ?? '')
  await expect(visitor.getByText('View only')).toBeVisible()
  await visitor.context().close()
})

test('the list of links tells their state, and a row opens its link with a new code', async ({ page, browser }) => {
  const made = await shareEntry(page, 'report.txt')
  const visitor = await stranger(browser)
  await visit(visitor, made)
  await page.getByRole('link', { name: 'Shared links' }).click()
  await expect(page.getByRole('heading', { name: 'Shared links' })).toBeVisible()
  await expect(page.getByText('1 link, 1 active')).toBeVisible()
  const line = page.getByRole('row').filter({ hasText: 'report.txt' })
  await expect(line).toContainText('Active')

  await line.getByRole('button', { name: 'report.txt', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('Code set')).toBeVisible()
  await dialog.getByRole('button', { name: 'Access log' }).click()
  await expect(dialog.getByText('Opened')).toBeVisible()
  await dialog.getByRole('button', { name: 'Back' }).click()
  await dialog.getByRole('button', { name: 'New code' }).click()
  const code = dialog.getByRole('status', { name: 'Code', exact: true })
  await expect(code).toHaveText(/^[2-9A-HJKMNP-TV-Z]{6}$/)
  expect(await code.textContent()).not.toBe(made.code)

  await reload(visitor)
  await expect(visitor.getByRole('heading', { name: 'Enter the code' })).toBeVisible()
  await visitor.context().close()
})
