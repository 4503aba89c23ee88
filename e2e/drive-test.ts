// `test` with a running drive and, in `page`, a person who has just registered in it.
import { test as base } from '@playwright/test'
import { type Drive, startDrive } from './cluster.ts'
import { type Person, register } from './drive-page.ts'

const START_TIMEOUT_MS = 180_000
/** More than any test sends. */
export const UPLOAD_MAX_BYTES = 600_000_000

interface DriveFixtures {
  person: Person
}

interface DriveWorkerFixtures {
  drive: Drive
}

export const test = base.extend<DriveFixtures, DriveWorkerFixtures>({
  drive: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to see what a fixture needs.
    async ({}, use) => {
      const drive = await startDrive({ CAIRN_UPLOAD_MAX_BYTES: String(UPLOAD_MAX_BYTES) })
      await use(drive)
      await drive.close()
    },
    { scope: 'worker', timeout: START_TIMEOUT_MS },
  ],
  person: [
    async ({ page, drive }, use) => {
      await use(await register(page, drive.url))
    },
    { auto: true },
  ],
})
