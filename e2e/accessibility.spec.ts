// WCAG 2.2 AA on every page, by day and by night, as far as a machine can tell.
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import pg from 'pg'
import type { Drive } from './cluster.ts'
import { chooseFiles, createFolder, type Person, row, textFile } from './drive-page.ts'
import { test } from './drive-test.ts'

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** As an administrator sees them: all there are. */
const pages = [
  '/drive',
  '/recent',
  '/favourites',
  '/category/document',
  '/trash',
  '/shared',
  '/tags',
  '/settings/profile',
  '/settings/security',
  '/settings/appearance',
  '/settings/uploads',
  '/admin/capacity',
  '/admin/people',
  '/admin/groups',
  '/admin/shares',
  '/admin/jobs',
  '/admin/audit',
  '/admin/settings',
]

async function makeAdministrator(drive: Drive, { email }: Person): Promise<void> {
  const client = new pg.Client({ connectionString: drive.databaseUrl })
  await client.connect()
  await client.query(`UPDATE person SET role = 'admin' WHERE email = $1`, [email])
  await client.end()
}

async function problems(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze()
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help} at ${target.join(' ')} (${failureSummary ?? ''})`),
  )
}

async function examine(page: Page, url: string): Promise<void> {
  const answer = await page.goto(url)
  expect(answer?.status(), url).toBe(200)
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect.soft(await problems(page), `${url}, ${colorScheme}`).toEqual([])
  }
}

test('every page of the drive is accessible, by day and by night', async ({ page, drive, person }) => {
  test.setTimeout(180_000)
  await makeAdministrator(drive, person)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await createFolder(page, 'Field notes')
  await chooseFiles(page, [textFile('潮位.txt', 'tide'), textFile('مذكرات.txt', 'notes')])
  await expect(row(page, '潮位.txt')).toBeVisible()
  for (const path of pages) await examine(page, drive.url + path)
})

test('the doors are accessible, by day and by night', async ({ page, drive, context }) => {
  await context.clearCookies()
  for (const path of ['/sign-in', '/register', '/forgot']) await examine(page, drive.url + path)
})
