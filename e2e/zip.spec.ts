import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, type Page } from '@playwright/test'
import { configure, Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js'
import { chooseFiles, createFolder, openFolder, row } from './drive-page.ts'
import { test } from './drive-test.ts'
import { shareEntry, stranger, visit } from './share-link.ts'

configure({ useWebWorkers: false })
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

/** The SHA-256 of every file in a ZIP, by a reader that we did not write; it checks every CRC-32. */
async function unzip(zip: Buffer): Promise<Map<string, string>> {
  const contents = new Map<string, string>()
  for (const entry of await new ZipReader(new Uint8ArrayReader(zip), { checkSignature: true }).getEntries()) {
    if (!entry.directory) contents.set(entry.filename, sha256(Buffer.from(await entry.getData(new Uint8ArrayWriter()))))
  }
  return contents
}

/** Downloads, unpacks and compares every file. */
async function unpackAndCompare(page: Page, press: () => Promise<void>): Promise<void> {
  const arriving = page.waitForEvent('download')
  await press()
  const download = await arriving
  expect(download.suggestedFilename()).toBe('Survey.zip')
  const unpacked = await unzip(readFileSync(await download.path()))
  for (const { name, buffer } of files) expect(unpacked.get(`Survey/${name}`)).toBe(sha256(buffer))
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
