// Fills a drive and photographs it.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type Browser, chromium, type Page } from '@playwright/test'
import { writeRandomFile } from './big-file.ts'
import { type Drive, startDrive } from './cluster.ts'
import { chooseFiles, createFolder, fillRegistration, openFolder, register, row, uploadPanel } from './drive-page.ts'
import { takeGuide } from './guide-pictures.ts'

const IMAGES = path.join(import.meta.dirname, '../docs/images')
const KIB = 1024
const MIB = 1024 * KIB
const WIDE = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }

const folders = ['Field notes', '合同与报价', 'Site photos', 'Drone footage']
const files: [name: string, size: number][] = [
  ['Harbour at sunrise.jpg', 12 * MIB],
  ['Tidewater report, final.pdf', 5 * MIB],
  ['Minutes of the joint meeting of the harbour authority and the coastal survey (draft 4).pdf', 312 * KIB],
  ['潮位观测数据_2026年第三季度_修订版.csv', 2 * MIB],
  ['Interview with the harbour master.m4a', 24 * MIB],
  ['Soundings 2019–2026.csv', 8 * MIB],
  ['survey-archive-2025.tar.zst', 40 * MIB],
  ['Quay elevation, west side.png', 9 * MIB],
  ['tide_model.py', 14 * KIB],
  ['README.md', 2 * KIB],
]
const onItsWay: [name: string, size: number] = ['Drone pass 03 — breakwater.mp4', 900 * MIB]

// Kinds of files are told by their first bytes; the rest of these is noise, or the same line again.
const heads: Record<string, Buffer> = {
  '.jpg': Buffer.from('ffd8ffe000104a46494600', 'hex'),
  '.png': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  '.pdf': Buffer.from('%PDF-1.7\n'),
  '.m4a': Buffer.from('\0\0\0\x18ftypM4A \0\0\0\0'),
  '.mp4': Buffer.from('\0\0\0\x18ftypisom\0\0\0\0'),
  '.zst': Buffer.from('28b52ffd', 'hex'),
}

function writeSample(dir: string, name: string, size: number): string {
  const file = path.join(dir, name)
  const head = heads[path.extname(name)]
  if (head === undefined) {
    fs.writeFileSync(file, 'tide, 4.2 m, 06:58\n'.repeat(size / 18).slice(0, size))
    return file
  }
  writeRandomFile(file, size)
  const fd = fs.openSync(file, 'r+')
  fs.writeSync(fd, head, 0, head.length, 0)
  fs.closeSync(fd)
  return file
}

const me = { name: 'Mei Lin', email: 'mei.lin@example.org', password: 'a long walk to the sea' }

async function fill(page: Page, dir: string): Promise<void> {
  await createFolder(page, 'Tidewater survey')
  await openFolder(page, 'Tidewater survey')
  for (const name of folders) await createFolder(page, name)
  await chooseFiles(
    page,
    files.map(([name, size]) => writeSample(dir, name, size)),
  )
  for (const [name] of files) await row(page, name).waitFor()
  await uploadPanel(page).getByRole('button', { name: 'Close' }).click()
}

async function photograph(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: path.join(IMAGES, `${name}.png`), animations: 'disabled' })
}

async function takeAll(browser: Browser, drive: Drive, dir: string): Promise<void> {
  const context = await browser.newContext({ viewport: WIDE, locale: 'en-GB' })
  const page = await context.newPage()
  await fillRegistration(page, drive.url, me)
  await photograph(page, 'register')
  await register(page, drive.url, me)
  await fill(page, dir)
  const film = writeSample(dir, ...onItsWay)
  const halfway = Promise.race(drive.storages.map(({ proxy }) => proxy.reached(onItsWay[1] / 2)))
  await chooseFiles(page, [film])
  await halfway
  await photograph(page, 'drive')
  await page.emulateMedia({ colorScheme: 'dark' })
  await photograph(page, 'drive-dark')
  await row(page, onItsWay[0]).waitFor({ timeout: 60_000 })
  const phone = await browser.newContext({
    ...{ viewport: PHONE, deviceScaleFactor: 2, isMobile: true, hasTouch: true, locale: 'zh-CN' },
    storageState: await context.storageState(),
  })
  const small = await phone.newPage()
  await small.goto(page.url())
  await small.getByText('README.md').first().waitFor()
  await photograph(small, 'phone')
  await page.emulateMedia({ colorScheme: 'light' })
  await takeGuide(browser, drive, { page, person: me, photograph })
}

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-pictures-'))
fs.mkdirSync(IMAGES, { recursive: true })
const drive = await startDrive()
const executablePath = process.env['CHROMIUM_PATH']
const browser = await chromium.launch({ chromiumSandbox: false, ...(executablePath ? { executablePath } : {}) })
try {
  await takeAll(browser, drive, dir)
} finally {
  await browser.close()
  await drive.close()
  fs.rmSync(dir, { recursive: true })
}
