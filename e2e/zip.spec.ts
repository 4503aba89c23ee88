import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { chooseFiles, createFolder, openFolder, row } from './drive-page.ts'
import { test } from './drive-test.ts'
import { shareEntry, stranger, visit } from './share-link.ts'

const files = [
  { name: 'photo.bin', mimeType: 'application/octet-stream', buffer: randomBytes(3_000_000) },
  { name: '潮位.txt', mimeType: 'text/plain', buffer: Buffer.from('潮') },
]
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

async function fillFolder(page: Page): Promise<void> {
  await createFolder(page, 'Survey')
  await openFolder(page, 'Survey')
  await chooseFiles(page, files)
  for (const { name } of files) await expect(row(page, name)).toBeVisible()
  await page.getByRole('navigation', { name: 'Path' }).getByText('Drive').click()
  await expect(row(page, 'Survey')).toBeVisible()
}

/** Downloads, unpacks with another program and compares every file. */
async function unpackAndCompare(page: Page, press: () => Promise<void>): Promise<void> {
  const arriving = page.waitForEvent('download')
  await press()
  const download = await arriving
  expect(download.suggestedFilename()).toBe('Survey.zip')
  const folder = mkdtempSync(path.join(tmpdir(), 'cairn-e2e-zip-'))
  try {
    execFileSync('python3', ['-m', 'zipfile', '-e', await download.path(), folder])
    for (const { name, buffer } of files) {
      expect(sha256(readFileSync(path.join(folder, 'Survey', name)))).toBe(sha256(buffer))
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('a folder comes as a ZIP with every file whole, for its owner and for a visitor', async ({ page, browser }) => {
  await fillFolder(page)
  await unpackAndCompare(page, async () => {
    await row(page, 'Survey').click()
    await page.getByRole('button', { name: 'Download as ZIP' }).click()
  })
  const link = await shareEntry(page, 'Survey')
  const visitor = await stranger(browser)
  await visit(visitor, link)
  await unpackAndCompare(visitor, () => visitor.getByRole('button', { name: /^Download all/ }).click())
  await visitor.context().close()
})

test('through the real server a ZIP goes on in the middle, uncompressed and of the announced length', async ({
  page,
}) => {
  await fillFolder(page)
  const id = await row(page, 'Survey').getAttribute('data-entry')
  const sums = await page.evaluate(async (entry) => {
    const made = await fetch('/api/zip', { method: 'POST', body: JSON.stringify({ ids: [entry] }) })
    const { url } = await made.json()
    const whole = await fetch(url)
    const bytes = new Uint8Array(await whole.arrayBuffer())
    const rest = await fetch(url, { headers: { Range: 'bytes=1000000-', 'If-Range': whole.headers.get('etag') ?? '' } })
    const tail = new Uint8Array(await rest.arrayBuffer())
    const same = tail.every((byte, at) => byte === bytes[1_000_000 + at])
    return {
      announced: Number(whole.headers.get('content-length')),
      encoding: whole.headers.get('content-encoding'),
      length: bytes.length,
      status: rest.status,
      tail: tail.length,
      same,
    }
  }, id)
  expect(sums).toEqual({
    announced: sums.length,
    encoding: null,
    length: sums.length,
    status: 206,
    tail: sums.length - 1_000_000,
    same: true,
  })
  expect(sums.length).toBeGreaterThan(3_000_000)
})
