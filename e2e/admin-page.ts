// An administrator's way in: the first person of a drive is one, later ones are made one.

import { expect, type Page } from '@playwright/test'
import pg from 'pg'
import { enter, type Person } from './drive-page.ts'
import { openPage } from './living-page.ts'

interface DriveOfAdministrator {
  url: string
  databaseUrl: string
}

/** Makes a person who is signed in an administrator. What a session may is looked at again every five seconds: they get a new one. */
export async function makeAdministrator(page: Page, drive: DriveOfAdministrator, person: Person): Promise<void> {
  const client = new pg.Client({ connectionString: drive.databaseUrl })
  await client.connect()
  try {
    await client.query("UPDATE person SET role = 'admin' WHERE email = $1", [person.email])
  } finally {
    await client.end()
  }
  await enter(page, drive.url, person)
}

/** Makes them an administrator and opens a page of the administration. */
export async function openAdministration(page: Page, drive: DriveOfAdministrator, options: Options) {
  await makeAdministrator(page, drive, options.person)
  await openPage(page, `${drive.url}/admin/${options.page}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(options.title)
}

interface Options {
  person: Person
  page: string
  title: string
}
