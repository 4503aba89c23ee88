import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Browser, chromium, type Locator, type Page } from '@playwright/test'
import { type CpuByLabel, cpuByPart } from './process-tree.ts'
import type { UploadDrive } from './upload-drive.ts'

const PASSWORD = 'a long walk to the sea'
const TOGETHER_MS = 600_000
const LOOK_MS = 20

export interface SmallUploads {
  files: number
  bytes: number
  folder: string
}

/** Files chosen in a browser until they are all in the list: what a person waits for. */
export async function benchSmallUploads(drive: UploadDrive, { files, bytes, folder }: SmallUploads): Promise<void> {
  const chosen = writeFiles(path.join(folder, 'small-files'), files, bytes)
  const browser = await launchBrowser()
  try {
    const page = await newcomer(browser, drive.url)
    const { decided, first, listed, before } = await upload(page, chosen, () => cpuByPart(drive.partOf))
    const after = cpuByPart(drive.partOf)
    process.stdout.write(
      `${files} files of ${bytes} bytes in a browser, from the choice to the list\n` +
        `  asked what to do after      ${decided.toFixed(0).padStart(6)} ms\n` +
        `  first one on its way        ${first.toFixed(0).padStart(6)} ms after the answer to that\n` +
        `  all in the list after       ${listed.toFixed(0).padStart(6)} ms   ` +
        `${((1000 * files) / listed).toFixed(0)} files/s\n` +
        `  processor seconds           ${perPart(before, after)}\n`,
    )
  } finally {
    await browser.close()
    rmSync(path.join(folder, 'small-files'), { recursive: true })
  }
}

/** The Chromium that the benchmark was started with. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({
    ...(process.env['CHROMIUM_PATH'] === undefined ? {} : { executablePath: process.env['CHROMIUM_PATH'] }),
    chromiumSandbox: false,
    args: ['--disable-gpu'],
  })
}

function perPart(before: CpuByLabel, after: CpuByLabel): string {
  const parts = [...after].map(([part, seconds]) => [part, seconds - (before.get(part) ?? 0)] as const)
  const sorted = parts.filter(([, seconds]) => seconds >= 0.05).toSorted((a, b) => b[1] - a[1])
  return sorted.map(([part, seconds]) => `${part} ${seconds.toFixed(1)}`).join(', ')
}

function writeFiles(folder: string, count: number, bytes: number): string[] {
  mkdirSync(folder)
  return Array.from({ length: count }, (_, index) => {
    const file = path.join(folder, `small-${String(index).padStart(6, '0')}.bin`)
    writeFileSync(file, randomBytes(bytes))
    return file
  })
}

/** A page of somebody who has an account since a moment ago, and an empty drive. */
export async function newcomer(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ locale: 'en-US', viewport: { width: 1440, height: 900 } })
  page.setDefaultTimeout(60_000)
  await page.goto(`${url}/register`)
  await page.getByLabel('Name').fill('Mei Lin')
  await page.getByLabel('Email').fill(`mei.${Date.now()}@example.org`)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByText('Lay the first stone').waitFor()
  return page
}

/** Milliseconds since the browser gave the files to the page; the first one since somebody said what to do with them. */
interface Times {
  decided: number
  first: number
  listed: number
  /** What was used before: Playwright itself takes a millisecond or two of the browser for each file that it chooses. */
  before: CpuByLabel
}

async function upload(page: Page, files: string[], used: () => CpuByLabel): Promise<Times> {
  let first = Number.NaN
  page.on('request', (request) => {
    if (Number.isNaN(first) && request.method() === 'POST' && /\/files\/(bulk)?$/.test(request.url()))
      first = Date.now()
  })
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Upload', exact: true }).click()
  const given = page.evaluate(() => {
    return new Promise<number>((resolve) => {
      document.addEventListener('change', () => resolve(Date.now()), { capture: true, once: true })
    })
  })
  await (await chooser).setFiles(files)
  const start = await given
  const before = used()
  // Another one may say before how far the look at the files is.
  const dialog = page.getByRole('dialog').filter({ has: page.getByRole('button', { name: /^Upload/ }) })
  const sent = page.getByRole('region', { name: 'Uploads' })
  await dialog.or(sent).first().waitFor()
  const decided = Date.now()
  const answered = (await dialog.isVisible()) ? await startIn(dialog) : start
  await allListed(page, files.length)
  return { decided: decided - start, first: first - answered, listed: Date.now() - start, before }
}

/** Presses the button that starts the upload; when that was. */
export async function startIn(dialog: Locator): Promise<number> {
  const button = dialog.getByRole('button', { name: /^Upload/ })
  return await button.evaluate((element: HTMLElement) => {
    element.click()
    return Date.now()
  })
}

/**
 * All are sent, and the list has them: it counts its rows for screen readers, one for the heading and one for each file.
 * The page looks itself: asked from outside for headings and rows, it would be searched for all of them each time.
 */
async function allListed(page: Page, files: number): Promise<void> {
  const finished = `${files.toLocaleString('en-US')} ${files === 1 ? 'file' : 'files'} uploaded`
  await page.waitForFunction(
    ([title, rows]) =>
      document.querySelector('.uploads-panel h2')?.textContent === title &&
      document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') === rows,
    [finished, String(files + 1)] as const,
    { timeout: TOGETHER_MS, polling: LOOK_MS },
  )
}
