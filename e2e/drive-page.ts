// The pages as a person meets them: what tests press and read, by role and name.
import { expect, type Locator, type Page } from '@playwright/test'

export interface Person {
  name: string
  email: string
  password: string
}

let people = 0

/** Somebody who has not registered yet. */
export function newPerson(): Person {
  people += 1
  return {
    name: `Mei Lin ${people}`,
    email: `mei.${process.pid}.${people}@example.org`,
    password: 'a long walk to the sea',
  }
}

export async function register(page: Page, driveUrl: string, person: Person): Promise<void> {
  await page.goto(`${driveUrl}/register`)
  await page.getByLabel('Name').fill(person.name)
  await page.getByLabel('Email').fill(person.email)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByRole('button', { name: 'Create account' }).click()
  await expect(page.getByRole('grid').or(page.getByText('Lay the first stone'))).toBeVisible()
}

export async function signIn(page: Page, driveUrl: string, { email, password }: Person): Promise<void> {
  await page.goto(`${driveUrl}/sign-in`)
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** The row of a file or folder. */
export function row(page: Page, name: string): Locator {
  return page
    .getByRole('grid')
    .getByRole('row')
    .filter({ has: page.getByLabel(name, { exact: true }) })
}
