// Settings → Uploads: what was begun and not finished, until when it is kept, and how it is given up.

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from '@playwright/test'
import { writeRandomFile } from './big-file.ts'
import type { Drive } from './cluster.ts'
import { chooseFiles } from './drive-page.ts'
import { test } from './drive-test.ts'
import { openPage } from './living-page.ts'
import { halted, slowDown, speedUp } from './upload-line.ts'

const MIB = 1024 * 1024
const SIZE = 24 * MIB
const DAY_MS = 86_400_000

test.afterEach(({ drive }) => speedUp(drive))

/** The files of this upload in progress that storages have on their disks. */
function partsOf({ storages }: Drive, uploadId: string): string[] {
  return storages.flatMap((storage) => {
    const folder = path.join(storage.path, 'data', '.cairn-parts', uploadId.slice(0, 2))
    return fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.startsWith(uploadId)) : []
  })
}

test('an unfinished upload says until when it is kept; given up it leaves no line, no reserved space and no part', async ({
  page,
  drive,
}) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-unfinished-'))
  const file = path.join(folder, 'begun.bin')
  writeRandomFile(file, SIZE)
  slowDown(drive)
  const middle = halted(drive, SIZE / 2)
  await chooseFiles(page, [file])
  await middle
  page.on('dialog', (dialog) => dialog.accept())
  await openPage(page, `${drive.url}/settings/uploads`)
  const [upload] = (await (await page.request.get(`${drive.url}/api/uploads`)).json()).items
  const quota = async () => (await (await page.request.get(`${drive.url}/api/me`)).json()).quota
  expect(partsOf(drive, upload.uploadId)).toContain(`${upload.uploadId}.part`)
  expect(await quota()).toMatchObject({ reservedBytes: SIZE })

  const giveUp = page.getByRole('button', { name: 'Give up begun.bin' })
  const line = page.getByRole('listitem').filter({ has: giveUp })
  const days = (Date.parse(upload.expiresAt) - Date.now()) / DAY_MS
  expect(days).toBeGreaterThan(6.9)
  expect(days).toBeLessThanOrEqual(7)
  const date = await page.evaluate((iso) => {
    const parts = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }).format(new Date(iso))
    return parts.replace('Sept', 'Sep')
  }, upload.expiresAt)
  await expect(line).toContainText(`kept until ${date}`)
  await expect(line).toContainText(/[1-9]\d?% · /)

  const reserved = page.getByRole('img', { name: /^0 B of/ }).locator('> i')
  await expect(reserved).toHaveCount(1)
  await giveUp.click()
  await expect(page.getByRole('heading', { name: 'Nothing is unfinished' })).toBeVisible()
  await expect(line).toHaveCount(0)
  await expect(reserved).toHaveCount(0)
  expect(await quota()).toMatchObject({ usedBytes: 0, reservedBytes: 0 })
  await expect.poll(() => partsOf(drive, upload.uploadId)).toEqual([])
  fs.rmSync(folder, { recursive: true })
})
