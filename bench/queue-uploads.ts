import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { launchBrowser, newcomer, startIn } from './small-uploads.ts'
import { TabFigures } from './tab-figures.ts'
import type { UploadDrive } from './upload-drive.ts'

const FOLDERS = 200
const FOLDERS_OF_ONE = 20
const WAIT_MS = 600_000
const SCROLLED_MS = 3_000
const ROW_PX = 52

export interface QueueUploads {
  /** How many files are dropped at once. */
  files: number
  bytes: number
  folder: string
  /** So many arrive before everything is paused, the page loaded anew, and what is left cancelled. */
  arrive: number
}

/** A folder with very many small files is dropped on the page: what a person waits for, and what it costs the page. */
export async function benchQueueUploads(drive: UploadDrive, options: QueueUploads): Promise<void> {
  const place = path.join(options.folder, 'drop')
  writeTree(place, options)
  const browser = await launchBrowser()
  try {
    const page = await newcomer(browser, drive.url)
    await benchPage(page, place, options)
  } finally {
    await browser.close()
    rmSync(place, { recursive: true })
  }
}

async function benchPage(page: Page, place: string, { files, bytes, arrive }: QueueUploads): Promise<void> {
  const tab = await TabFigures.of(page)
  const panel = page.getByRole('region', { name: 'Uploads' })
  await tab.phase(`${files} files of ${bytes} bytes in ${FOLDERS} folders, before the drop`, async () => undefined)
  await tab.phase('dropped, until the page says something', async () => {
    await drop(page, place)
    await page.getByRole('dialog').waitFor({ timeout: WAIT_MS })
  })
  await tab.phase('until it asks what to do', async () => {
    await startButton(page).waitFor({ timeout: WAIT_MS })
  })
  await tab.phase('answered, until the first one is on its way', async () => {
    const sent = page.waitForRequest(
      (request) => request.method() === 'POST' && /\/files\/(bulk)?$/.test(request.url()),
      { timeout: WAIT_MS },
    )
    await startIn(page.getByRole('dialog'))
    await sent
  })
  await tab.phase('until all are in the panel', () => allListed(page, files))
  await tab.phase(`until ${arrive} have arrived`, () => leftAtMost(page, files - arrive))
  await tab.frames('scrolled while files are sent', () => scroll(page))
  await tab.phase('all paused', async () => {
    await panel.getByRole('button', { name: 'Pause all' }).click()
    await panel.getByRole('heading', { name: /paused$/ }).waitFor({ timeout: WAIT_MS })
  })
  await tab.phase('the page loaded anew, until the queue is there', async () => {
    await page.reload()
    await panel.getByRole('heading', { name: /^(Go on with|Uploading)/ }).waitFor({ timeout: WAIT_MS })
  })
  await tab.phase('all cancelled', async () => {
    await panel.getByRole('button', { name: 'Cancel all' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel all' }).click()
    await panel.waitFor({ state: 'hidden', timeout: WAIT_MS })
  })
  await tab.phase('until the server waits for none of them', () => noneLeft(page))
}

function startButton(page: Page) {
  return page.getByRole('dialog').getByRole('button', { name: /^Upload [\d,]+$/ })
}

/** Folders in folders, each with as many files as the others. */
function writeTree(place: string, { files, bytes }: QueueUploads): void {
  const content = Buffer.alloc(bytes)
  for (let index = 0; index < files; index += 1) {
    const folder = index % FOLDERS
    const inside = path.join(place, `part ${Math.floor(folder / FOLDERS_OF_ONE)}`, `folder ${folder}`)
    if (index < FOLDERS) mkdirSync(inside, { recursive: true })
    content.write(`file ${index}`)
    writeFileSync(path.join(inside, `file ${index}.txt`), content)
  }
}

/** As a file manager does it. */
async function drop(page: Page, place: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [place], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 800, y: 500, data })
  }
}

/** The height of the list tells how many rows it has, if they are as low as on a desk. */
async function allListed(page: Page, files: number): Promise<void> {
  await page.waitForFunction(
    (height) => (document.querySelector('.uploads-panel ul')?.clientHeight ?? 0) >= height,
    files * ROW_PX,
    { timeout: WAIT_MS },
  )
}

/** The panel's heading tells how many files are still to be sent. */
async function leftAtMost(page: Page, files: number): Promise<void> {
  await page.waitForFunction(
    (most) => {
      const left = /\d[\d,]*/.exec(document.querySelector('.uploads-panel h2')?.textContent ?? '')?.[0]
      return left !== undefined && Number(left.replaceAll(',', '')) <= most
    },
    files,
    { timeout: WAIT_MS },
  )
}

async function scroll(page: Page): Promise<number[]> {
  return await page.evaluate(async (ms) => {
    const list = document.querySelector('.uploads-panel ul')?.parentElement
    const frames: number[] = []
    const end = performance.now() + ms
    for (let before = performance.now(); before < end; ) {
      if (list) list.scrollTop += 400
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve))
      frames.push(now - before)
      before = now
    }
    return frames
  }, SCROLLED_MS)
}

async function noneLeft(page: Page): Promise<void> {
  await page.waitForFunction(
    async () => {
      const answer = await fetch('/api/uploads')
      const { items } = (await answer.json()) as { items: unknown[] }
      return items.length === 0
    },
    undefined,
    { timeout: WAIT_MS, polling: 250 },
  )
}
