// Opening a page and waiting until it is alive. A page that has arrived shows its buttons and fields before React has
// taken them over (hydration); a person rarely is that fast, a test always.
import type { Page, Response } from '@playwright/test'

/** Goes to an address of the drive, and comes back when the page there answers to mouse and keyboard. */
export async function openPage(page: Page, url: string): Promise<Response | null> {
  const answer = await page.goto(url)
  await untilAlive(page)
  return answer
}

/** Loads the page anew, and comes back when it answers to mouse and keyboard. */
export async function reload(page: Page): Promise<void> {
  await page.reload()
  await untilAlive(page)
}

/** Waits until React holds each control of the page, and has run its effects. */
async function untilAlive(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const controls = document.querySelectorAll('button, input, select, textarea')
    return [...controls].every((control) => Object.keys(control).some((key) => key.startsWith('__reactProps$')))
  })
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)))
}
