// WCAG 2.2 AA on every page, by day and by night, as far as a machine can tell.

import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { makeAdministrator } from './admin-page.ts'
import { chooseFiles, createFolder, forgetSession, openFolder, row, textFile } from './drive-page.ts'
import { test } from './drive-test.ts'
import { openPage } from './living-page.ts'
import { enterCode, shareEntry } from './share-link.ts'

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** As an administrator sees them: all there are. */
const pages = [
  '/drive',
  '/recent',
  '/favourites',
  '/category/document',
  '/search?q=e',
  '/trash',
  '/shared',
  '/tags',
  '/settings/profile',
  '/settings/security',
  '/settings/appearance',
  '/settings/kept',
  '/settings/uploads',
  '/admin/capacity',
  '/admin/capacity/group1/100001',
  '/admin/people',
  '/admin/groups',
  '/admin/shares',
  '/admin/jobs',
  '/admin/audit',
  '/admin/settings',
]

type Look = 'whole' | 'colours'

async function problems(page: Page, look: Look, except: string[]): Promise<string[]> {
  // In the page itself: nothing here is in a frame, and a page of its own for the result takes longer than the looking.
  const axe = new AxeBuilder({ page }).setLegacyMode(true)
  const off = Object.fromEntries(except.map((rule) => [rule, { enabled: false }]))
  const whole = { runOnly: { type: 'tag', values: RULES }, rules: { 'skip-link': { enabled: true }, ...off } } as const
  const { violations } = await (look === 'whole' ? axe.options(whole) : axe.withRules(['color-contrast'])).analyze()
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help} at ${target.join(' ')} (${failureSummary ?? ''})`),
  )
}

/** The page that is open. By night it differs by its colours alone. */
async function examine(page: Page, what: string, except: string[] = []): Promise<void> {
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  expect.soft(await problems(page, 'whole', except), what).toEqual([])
  await page.emulateMedia({ colorScheme: 'dark' })
  expect.soft(await problems(page, 'colours', []), `${what}, by night`).toEqual([])
}

async function visit(page: Page, url: string, status = 200): Promise<void> {
  const answer = await openPage(page, url)
  expect(answer?.status(), url).toBe(status)
  await examine(page, url)
  expect.soft(await page.title(), url).toMatch(/^.+ · Cairn$/)
}

test('every page of the drive is accessible, by day and by night', async ({ page, drive, person }) => {
  test.setTimeout(180_000)
  await makeAdministrator(page, drive, person)
  await createFolder(page, 'Field notes')
  await chooseFiles(page, [textFile('潮位.txt', 'tide'), textFile('مذكرات.md', 'notes')])
  await expect(row(page, '潮位.txt')).toBeVisible()
  await page.getByRole('radio', { name: 'Grid' }).click()
  await expect(page.getByRole('rowheader', { name: 'Folders' })).toBeVisible()
  await page.getByRole('gridcell', { name: 'Field notes' }).click()
  await page.keyboard.press('ControlOrMeta+A')
  // Axe takes the name of the checkbox in a cell for text that is to be seen there.
  await examine(page, 'the grid, all of it selected', ['label-content-name-mismatch'])
  await page.getByRole('radio', { name: 'List' }).click()
  for (const path of pages) await visit(page, drive.url + path)
  // What is not there or not theirs, and a page that fails.
  await visit(page, `${drive.url}/drive/nowhere`)
  await visit(page, `${drive.url}/nowhere`, 404)
  await page.route('**/api/me/sessions', (route) => route.fulfill({ json: { sessions: 5 } }))
  await openPage(page, `${drive.url}/settings/security`)
  await expect(page.getByRole('alert').filter({ hasText: 'This page did not load' })).toBeVisible()
  await examine(page, 'a page that failed')
})

test('the doors, and what visitors of a link see, are accessible, by day and by night', async ({ page, drive }) => {
  test.setTimeout(120_000)
  await createFolder(page, 'Field notes')
  await openFolder(page, 'Field notes')
  await createFolder(page, 'Tides')
  await openPage(page, `${drive.url}/drive`)
  const link = await shareEntry(page, 'Field notes')
  await forgetSession(page)
  const doors = ['/sign-in', '/register', '/forgot', '/reset/unknown', '/join/unknown', '/confirm/unknown']
  for (const path of doors) await visit(page, drive.url + path)
  await visit(page, `${drive.url}/s/unknown`, 404)
  await visit(page, link.url)
  await enterCode(page, '222222')
  await expect(page.getByRole('alert').filter({ hasText: 'That code is not right.' })).toBeVisible()
  await examine(page, 'a wrong code')
  await enterCode(page, link.code ?? '')
  await expect(page.getByRole('heading', { name: 'Field notes' })).toBeVisible()
  await examine(page, 'an opened link')
  await page.getByRole('radio', { name: 'Pictures' }).click()
  await expect(page.getByRole('button', { name: 'Tides', exact: true })).toBeVisible()
  await examine(page, 'an opened link as pictures')
})

/** What the next dialog changes of itself while it opens. */
function moved(page: Page): Promise<string[]> {
  return page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const told = ({ target }: Event) => {
          if (!(target instanceof Element) || target.role !== 'dialog') return
          const effects = target.getAnimations().map(({ effect }) => effect)
          const frames = effects.flatMap((effect) => (effect instanceof KeyframeEffect ? effect.getKeyframes() : []))
          const steps = new Set(['offset', 'computedOffset', 'easing', 'composite'])
          resolve([...new Set(frames.flatMap(Object.keys))].filter((name) => !steps.has(name)))
        }
        document.addEventListener('animationstart', told)
      }),
  )
}

test('whoever wants less motion sees dialogs fade in and not move', async ({ page }) => {
  const opens = async (key: string): Promise<string[]> => {
    const seen = moved(page)
    await page.keyboard.press(key)
    const properties = await seen
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    return properties
  }
  await createFolder(page, 'Survey')
  await row(page, 'Survey').click()
  expect(await opens('?')).toContain('transform')
  await page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await opens('?')).toEqual(['opacity'])
})
