// An administrator's way in: the first person of a drive is one, later ones are made one.

import { expect, type Page } from '@playwright/test'
import pg from 'pg'
import { openPage } from './living-page.ts'

/** Makes a person who is signed in an administrator and opens a page of the administration. */
export async function openAdministration(page: Page, drive: { url: string; databaseUrl: string }, options: Options) {
  const client = new pg.Client({ connectionString: drive.databaseUrl })
  await client.connect()
  try {
    await client.query("UPDATE person SET role = 'admin' WHERE email = $1", [options.email])
  } finally {
    await client.end()
  }
  // Sessions are looked at again every five seconds.
  await expect(async () => {
    await openPage(page, `${drive.url}/admin/${options.page}`)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(options.title, { timeout: 2000 })
  }).toPass({ timeout: 40_000 })
}

interface Options {
  email: string
  page: string
  title: string
}
