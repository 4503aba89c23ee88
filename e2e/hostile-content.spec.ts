// Files that attack whoever looks at them. Nothing of them may run, here or at the storage's own address.
import { type APIResponse, expect, type Page } from '@playwright/test'
import { chooseFiles, type NamedFile, row, textFile } from './drive-page.ts'
import { test } from './drive-test.ts'
import { pdf, zip } from './made-files.ts'

const attack = 'window.attacked = true; document.cookie = "attacked=1"; alert(1)'

function file(name: string, mimeType: string, content: string): NamedFile {
  return { name, mimeType, buffer: Buffer.from(content) }
}

function attackOn(appUrl: string): string {
  return `<script>${attack}; fetch('${appUrl}/api/drive/folders', { method: 'POST', credentials: 'include',
    body: '{"parentId":"root","name":"attacked"}' })</script>`
}

async function urlOf(page: Page, name: string): Promise<string> {
  const id = await row(page, name).getAttribute('data-entry')
  const answer = await page.request.get(`/api/drive/entries/${id}/url?inline=1`)
  return (await answer.json()).url
}

async function expectUnharmed(page: Page): Promise<void> {
  expect(await page.evaluate(() => Reflect.get(window, 'attacked'))).toBeUndefined()
  expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('attacked')
  const me = await page.request.get('/api/me')
  expect(me.status()).toBe(200)
}

function expectHarmless(answer: APIResponse): void {
  const headers = answer.headers()
  expect(headers['content-type']).toBe('application/octet-stream')
  expect(headers['content-disposition']).toMatch(/^attachment/)
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(headers['content-security-policy']).toBe("sandbox; default-src 'none'")
  expect(headers['set-cookie']).toBeUndefined()
}

test.use({ baseURL: async ({ drive }, use) => use(drive.url) })

test('HTML, SVG and XML from a storage run nothing, as a page, in a frame, or as a picture', async ({
  page,
  drive,
}) => {
  const script = attackOn(drive.url)
  const files = [
    file('page.html', 'text/html', `<!doctype html><body>${script}</body>`),
    file(
      'drawing.svg',
      'image/svg+xml',
      `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${script}</svg>`,
    ),
    file('data.xml', 'text/xml', `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">${script}</html>`),
  ]
  page.on('dialog', () => expect('a script').toBe('not running'))
  await chooseFiles(page, files)
  for (const { name } of files) {
    await expect(row(page, name)).toBeVisible()
    const url = await urlOf(page, name)
    expectHarmless(await page.request.get(url))

    // As a page of its own, it is only ever a download.
    const other = await page.context().newPage()
    await other.goto(url).catch(() => undefined)
    expect(other.url()).not.toContain(new URL(url).pathname)
    await other.close()

    // In a frame and as a script of our own page: a download, and refused by the page's policy.
    await page.evaluate(async (src) => {
      const parts = [document.createElement('iframe'), document.createElement('script'), document.createElement('img')]
      await Promise.all(
        parts.map((part) => {
          const settled = new Promise((resolve) => {
            for (const event of ['load', 'error']) part.addEventListener(event, resolve)
            setTimeout(resolve, 500)
          })
          part.src = src
          document.body.append(part)
          return settled
        }),
      )
      for (const part of parts) part.remove()
    }, url)
    await expectUnharmed(page)
  }
})

test('a script that is stored as text is shown as text, and is nobody’s script', async ({ page }) => {
  await chooseFiles(page, [file('program.js', 'text/javascript', attack)])
  await expect(row(page, 'program.js')).toBeVisible()
  const url = await urlOf(page, 'program.js')
  const headers = (await page.request.get(url)).headers()
  expect(headers['content-type']).toBe('text/plain; charset=utf-8')
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(headers['content-security-policy']).toBe("sandbox; default-src 'none'")
  // Even a page without a policy of its own gets no script from there.
  const other = await page.context().newPage()
  await other.goto(`${new URL(url).origin}/healthz`)
  const loaded = await other.evaluate(
    (src) =>
      new Promise((resolve) => {
        const script = document.createElement('script')
        script.addEventListener('load', () => resolve('loaded'))
        script.addEventListener('error', () => resolve('refused'))
        script.src = src
        document.body.append(script)
      }),
    url,
  )
  expect(loaded).toBe('refused')
  await expectUnharmed(page)
})

test('a script at the address of a storage cannot act as the person', async ({ page, drive }) => {
  await chooseFiles(page, [textFile('a.txt', 'a')])
  await expect(row(page, 'a.txt')).toBeVisible()
  const storage = new URL(await urlOf(page, 'a.txt')).origin
  const evil = await page.context().newPage()
  // Whatever is there: what counts is that scripts run under the storage's origin.
  await evil.goto(`${storage}/healthz`)
  expect(await evil.evaluate(() => document.cookie)).not.toContain('session')
  const outcomes = await evil.evaluate(async (app) => {
    const body = JSON.stringify({ parentId: 'root', name: 'attacked' })
    const post = (headers: Record<string, string>, mode: RequestMode) =>
      fetch(`${app}/api/drive/folders`, { method: 'POST', credentials: 'include', mode, headers, body }).then(
        ({ type, status }) => `${type} ${status}`,
        () => 'refused',
      )
    const read = fetch(`${app}/api/me`, { credentials: 'include' }).then(
      () => 'read',
      () => 'refused',
    )
    return [await post({ 'content-type': 'application/json' }, 'cors'), await post({}, 'no-cors'), await read]
  }, drive.url)
  // The one that was sent was answered with 403, which its sender cannot see.
  expect(outcomes).toEqual(['refused', 'opaque 0', 'refused'])
  const answered = evil.waitForResponse((response) => response.url().endsWith('/api/drive/folders'))
  await evil.evaluate((app) => {
    const form = document.createElement('form')
    form.method = 'post'
    form.enctype = 'text/plain'
    form.action = `${app}/api/drive/folders`
    const input = document.createElement('input')
    input.name = '{"parentId":"root","name":"attacked","x":"'
    input.value = '"}'
    form.append(input)
    document.body.append(form)
    form.submit()
  }, drive.url)
  expect((await answered).status()).toBe(403)
  await page.reload()
  await expect(row(page, 'a.txt')).toBeVisible()
  await expect(row(page, 'attacked')).toBeHidden()
  await expectUnharmed(page)
})

test('names and contents are text in the list, the preview and the details', async ({ page }) => {
  const tag = '<img src=x onerror="window.attacked = true">'
  const files = [
    textFile(`${tag}.txt`, tag),
    textFile(
      'page.md',
      `${tag}\n\n[press](javascript:window.attacked=true)\n\n<script>window.attacked = true</script>`,
    ),
    textFile('table.csv', `name,${tag}\n${tag},"=cmd|' /C calc'!A0"\n`),
    textFile('code.html', `<!-- x --> ${tag}`),
    pdf('report.pdf', 'Harmless', tag),
    zip('archive.zip', [tag, '../up', 'a\0b', '\u202egpj.exe']),
  ]
  page.on('dialog', () => expect('a script').toBe('not running'))
  await chooseFiles(page, files)
  for (const { name } of files) await expect(row(page, name)).toBeVisible()
  await row(page, 'page.md').click()
  await page.keyboard.press('i')
  for (const { name } of files) {
    // Beside the details the middle of a row is where its buttons come when the mouse does.
    await row(page, name).getByText(name).click()
    await page.keyboard.press('Space')
    const shown = page.getByRole('dialog', { name })
    await expect(shown).toBeVisible()
    if (name !== 'report.pdf') await expect(shown).toContainText(tag.slice(0, 10))
    else await expect(shown.getByText('Harmless')).toBeAttached()
    expect(await shown.locator('a[href^="javascript:"]').count()).toBe(0)
    expect(await shown.locator('img[src="x"], img[onerror]').count()).toBe(0)
    await page.keyboard.press('Escape')
    await expect(shown).toBeHidden()
    await expectUnharmed(page)
  }
})
