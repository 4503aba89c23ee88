import { expect, type Page } from '@playwright/test'
import pg from 'pg'
import { createFolder, makeFolder, openFolder, row } from './drive-page.ts'
import { test } from './drive-test.ts'
import { reload } from './living-page.ts'

/** Copies everything in a folder beside itself until there is as much as wanted. */
async function double(page: Page, folder: string, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    await page.evaluate(async (id) => {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ all: { folder: id }, targetId: id })
      await fetch('/api/drive/copy', { method: 'POST', headers, body })
    }, folder)
    await expect
      .poll(() => page.evaluate(async () => (await (await fetch('/api/drive/jobs')).json()).jobs), { timeout: 30_000 })
      .not.toContainEqual(expect.objectContaining({ finishedAt: null }))
  }
}

/**
 * Holds the later entries of a folder, so that a job over all of them cannot end before `release`, on however quick a
 * machine. `waiting` is how many others stand in line behind a lock.
 */
async function holdLaterEntries(databaseUrl: string, folder: string) {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query('BEGIN')
  await client.query(
    `SELECT 1 FROM entry WHERE id IN (
       SELECT e.id FROM entry e JOIN entry p ON p.id = e.parent_id WHERE p.public_id = $1 ORDER BY e.id OFFSET 700
     ) FOR NO KEY UPDATE`,
    [folder],
  )
  return {
    async waiting(): Promise<number> {
      const { rows } = await client.query(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )
      return rows[0].n
    },
    release: () => client.end(),
  }
}

test('everything in a folder of 1,600 moves in the background, is cancelled, and nothing is lost', async ({
  page,
  drive,
}) => {
  const [from, to] = [await makeFolder(page, 'From'), await makeFolder(page, 'To')]
  await Promise.all(Array.from({ length: 25 }, (_, n) => makeFolder(page, `part ${n}`, from)))
  await double(page, from, 6)
  await reload(page)
  await openFolder(page, 'From')
  await expect(page.getByText('1,600 items')).toBeVisible()
  await row(page, 'part 0').click()
  await page.keyboard.press('Control+a')
  await expect(page.getByRole('toolbar', { name: 'All 1,600' })).toBeVisible()
  const held = await holdLaterEntries(drive.databaseUrl, from)
  await page.keyboard.press('m')
  const dialog = page.getByRole('dialog', { name: 'Move 1600 items' }).or(page.getByRole('dialog', { name: /^Move/ }))
  await dialog.getByRole('button', { name: 'To', exact: true }).click()
  await dialog.getByRole('button', { name: 'Move to “To”' }).click()
  await page.getByRole('button', { name: '1 job running' }).click()
  await expect(page.getByRole('progressbar', { name: /Moving 1,600 items/ })).toBeVisible()
  await page.getByRole('dialog', { name: 'Jobs' }).getByRole('button', { name: 'Cancel' }).click()
  // The batch that runs, and the end of the job behind it.
  await expect.poll(held.waiting).toBeGreaterThanOrEqual(2)
  await held.release()
  await expect(page.getByText(/^Cancelled: Moving 1,600 items to “To”/).first()).toBeVisible()
  const counts = await page.evaluate(
    (ids) => Promise.all(ids.map(async (id) => (await (await fetch(`/api/drive/entries?folder=${id}`)).json()).total)),
    [from, to],
  )
  expect(counts[0] + counts[1]).toBe(1600)
  expect(counts[0]).toBeGreaterThan(0)
})

test('copy and paste by keyboard; a taken name is decided; undo and redo', async ({ page }) => {
  await createFolder(page, 'Plans')
  await createFolder(page, 'Archive')
  await row(page, 'Plans').click()
  await page.keyboard.press('Control+c')
  await openFolder(page, 'Archive')
  await page.keyboard.press('Control+v')
  await expect(row(page, 'Plans')).toBeVisible()
  await page.keyboard.press('Control+v')
  const dialog = page.getByRole('dialog', { name: '“Plans” exists there already' })
  await dialog.getByRole('radio', { name: 'Keep both' }).click()
  await dialog.getByRole('button', { name: 'Continue' }).click()
  await expect(row(page, 'Plans (2)')).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(row(page, 'Plans (2)')).toHaveCount(0)
  await page.keyboard.press('Control+Shift+z')
  await expect(row(page, 'Plans (2)')).toBeVisible()
  await reload(page)
  await expect(row(page, 'Plans (2)')).toBeVisible()
})

test('what was left out is said, of some and of all', async ({ page }) => {
  await createFolder(page, 'Archive')
  await createFolder(page, 'Plans')
  const copyBoth = async () => {
    await row(page, 'Archive').click()
    await row(page, 'Plans').click({ modifiers: ['Control'] })
    await page.keyboard.press('Control+c')
    await row(page, 'Harbour').dblclick()
    await expect(page.getByRole('navigation', { name: 'Path' })).toContainText('Harbour')
    await page.keyboard.press('Control+v')
  }
  const skipTaken = async (name: string) => {
    const dialog = page.getByRole('dialog', { name })
    await dialog.getByRole('radio', { name: 'Skip' }).click()
    await dialog.getByRole('button', { name: 'Continue' }).click()
  }
  await createFolder(page, 'Harbour')
  await openFolder(page, 'Harbour')
  await createFolder(page, 'Plans')
  await page.goBack()
  await copyBoth()
  await skipTaken('“Plans” exists there already')
  await expect(page.getByText('Copied 1 item to “Harbour”. 1 was left out.').last()).toBeVisible()
  await page.goBack()
  await copyBoth()
  await skipTaken('2 names are taken there')
  await expect(page.getByText('All 2 items were left out').last()).toBeVisible()
  await expect(page.locator('[data-entry]')).toHaveCount(2)
})

test('what was cut is gone from where it was, and Ctrl-D copies beside', async ({ page }) => {
  await createFolder(page, 'Cut me')
  await createFolder(page, 'Into')
  await row(page, 'Cut me').click()
  await page.keyboard.press('Control+d')
  await expect(row(page, 'Cut me (2)')).toBeVisible()
  await row(page, 'Cut me').click()
  await page.keyboard.press('Control+x')
  await openFolder(page, 'Into')
  await page.keyboard.press('Control+v')
  await expect(row(page, 'Cut me')).toBeVisible()
  await page.keyboard.press('Backspace')
  await expect(row(page, 'Cut me (2)')).toBeVisible()
  await expect(row(page, 'Cut me')).toHaveCount(0)
})

test('a rectangle drawn on empty ground selects what it touches', async ({ page }) => {
  for (const name of ['one', 'two', 'three']) await createFolder(page, name)
  const last = await row(page, 'two').boundingBox()
  const first = await row(page, 'one').boundingBox()
  if (last === null || first === null) throw new Error('the rows are not on the screen')
  await page.mouse.move(last.x + 300, last.y + 200)
  await page.mouse.down()
  await page.mouse.move(first.x + 100, first.y + first.height + 20, { steps: 5 })
  await page.mouse.up()
  await expect(page.getByRole('toolbar', { name: '2 selected' })).toBeVisible()
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 })

  test('a long press begins a selection, a tap adds to it, and both go to trash', async ({ page }) => {
    for (const name of ['Beach', 'Harbour']) await makeFolder(page, name)
    await reload(page)
    const beach = page.getByRole('row').filter({ hasText: 'Beach' })
    await beach.dispatchEvent('pointerdown', { pointerType: 'touch', clientX: 100, clientY: 200, button: 0 })
    await expect(page.getByRole('main').getByText('1 selected')).toBeVisible()
    await beach.dispatchEvent('pointerup', { pointerType: 'touch' })
    await page.getByRole('row').filter({ hasText: 'Harbour' }).tap()
    await expect(page.getByRole('main').getByText('2 selected')).toBeVisible()
    await page.getByRole('toolbar', { name: 'Actions' }).getByRole('button', { name: 'Delete' }).tap()
    await expect(page.getByText('2 items moved to trash').first()).toBeVisible()
    await page.getByRole('button', { name: 'Undo' }).tap()
    await expect(beach).toBeVisible()
  })
})
