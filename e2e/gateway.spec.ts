// The drive on a cluster that speaks only FastDFS: everything that people do, through the gateway.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { freePorts } from '../scripts/lib/ports.mjs'
import { sha256Of, writeRandomFile } from './big-file.ts'
import { BreakProxy } from './break-proxy.ts'
import { type Drive, startDrive } from './cluster.ts'
import { chooseFiles, download, register, row, uploadPanel } from './drive-page.ts'
import { type FastDfsCluster, startFastDfsCluster } from './fastdfs-cluster.ts'
import { picture } from './made-files.ts'

const MB = 1_000_000
const SIZE_BYTES = 30 * MB
/** What a break may cost: bytes that were on their way, the piece that was gathered, and the protocol around them. */
const RESENT_BYTES_MAX = 10 * MB
const LINE_BYTES_PER_SECOND = 3 * MB

test.describe.configure({ mode: 'serial', timeout: 180_000 })

let cluster: FastDfsCluster
let drive: Drive
let door: BreakProxy
let doorUrl: string
let folder: string

test.beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-gateway-'))
  cluster = await startFastDfsCluster()
  const [gatewayPort = 0, doorPort = 0] = await freePorts(2)
  door = new BreakProxy(gatewayPort)
  await door.listen(doorPort)
  doorUrl = `http://localhost:${doorPort}`
  drive = await startDrive({
    CAIRN_TRACKERS: cluster.trackers,
    CAIRN_UPLOADS: 'gateway',
    CAIRN_GATEWAY_PORT: String(gatewayPort),
    CAIRN_STORAGE_URL: doorUrl,
  })
})

test.afterAll(async () => {
  await drive.close()
  await door.close()
  await cluster.close()
  fs.rmSync(folder, { recursive: true })
})

async function slowDown(page: Page): Promise<void> {
  const client = await page.context().newCDPSession(page)
  const line = { offline: false, latency: 5, downloadThroughput: -1, uploadThroughput: LINE_BYTES_PER_SECOND }
  await client.send('Network.emulateNetworkConditions', line)
}

test('a drive lives on storages that speak only FastDFS', async ({ page }) => {
  const [first, copy] = [path.join(folder, 'first.bin'), path.join(folder, 'copy.bin')]
  const sha256 = writeRandomFile(first, SIZE_BYTES)
  fs.copyFileSync(first, copy)
  await register(page, drive.url)

  const cut = door.cutAfter(SIZE_BYTES / 2)
  await chooseFiles(page, [first])
  await cut
  await expect(row(page, 'first.bin')).toContainText('30 MB', { timeout: 90_000 })
  expect(door.receivedBytes).toBeGreaterThanOrEqual(SIZE_BYTES)
  expect(door.receivedBytes).toBeLessThanOrEqual(SIZE_BYTES + RESENT_BYTES_MAX)
  await expect(row(page, 'first.bin').getByRole('img', { name: '2 of 2 copies' })).toBeVisible({ timeout: 60_000 })
  expect(await sha256Of(fs.createReadStream(await download(page, 'first.bin')))).toBe(sha256)

  await chooseFiles(page, [picture('sea.png', [20, 90, 180])])
  const thumbnail = row(page, 'sea.png').locator('img[src*="?t="]')
  await expect(thumbnail).toHaveAttribute('src', new RegExp(`^${doorUrl}/group1/`), { timeout: 60_000 })
  await expect
    .poll(() => thumbnail.evaluate((image) => image instanceof HTMLImageElement && image.naturalWidth))
    .toBe(320)

  await slowDown(page)
  const before = door.receivedBytes
  await chooseFiles(page, [copy])
  await expect(uploadPanel(page).getByText(/^Instant · 30 MB already stored/)).toBeVisible({ timeout: 60_000 })
  await expect(row(page, 'copy.bin')).toBeVisible()
  expect(door.receivedBytes - before).toBeLessThan(SIZE_BYTES)

  await row(page, 'first.bin').click()
  await page.keyboard.press('Delete')
  await expect(row(page, 'first.bin')).toBeHidden()
  expect(await sha256Of(fs.createReadStream(await download(page, 'copy.bin')))).toBe(sha256)
  expect(cluster.wasAskedToRegenerate()).toBe(false)
})
