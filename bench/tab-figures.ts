import { readFileSync } from 'node:fs'
import type { CDPSession, Page } from '@playwright/test'

interface PageFigures {
  /** Milliseconds of the longest time in which the page could not answer, and of all of them. */
  longest: number
  long: number
}

/** What a tab costs while something happens in it: time, pauses of the page, memory, its database. */
export class TabFigures {
  readonly #page: Page
  readonly #tab: CDPSession
  readonly #browser: CDPSession

  private constructor(page: Page, tab: CDPSession, browser: CDPSession) {
    this.#page = page
    this.#tab = tab
    this.#browser = browser
  }

  static async of(page: Page): Promise<TabFigures> {
    const browser = page.context().browser()
    if (browser === null) throw new Error('the page has no browser')
    const tab = await page.context().newCDPSession(page)
    await tab.send('HeapProfiler.enable')
    await page.addInitScript(watchLongTasks)
    await page.evaluate(watchLongTasks)
    return new TabFigures(page, tab, await browser.newBrowserCDPSession())
  }

  /** Does something, and tells how long that took and what the tab is like afterwards. */
  async phase(name: string, work: () => Promise<void>): Promise<void> {
    await this.#page.evaluate(() => Object.assign(globalThis, { longTasks: [] }))
    const startedAt = performance.now()
    await work()
    const ms = performance.now() - startedAt
    const { longest, long } = await this.#pauses()
    const { heap, resident, database } = await this.#sizes()
    process.stdout.write(
      `  ${name.padEnd(56)}${ms.toFixed(0).padStart(8)} ms, the page stood still ${longest.toFixed(0)} ms at most, ` +
        `${long.toFixed(0)} in all; heap ${heap} MB, tab ${resident} MB, IndexedDB ${database} MB\n`,
    )
  }

  /** Tells how evenly frames came. */
  async frames(name: string, draw: () => Promise<number[]>): Promise<void> {
    const sorted = (await draw()).toSorted((a, b) => a - b)
    const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(0)
    process.stdout.write(
      `  ${name.padEnd(56)}${String(sorted.length).padStart(8)} frames: half of them within ${at(0.5)} ms, ` +
        `95 of 100 within ${at(0.95)}, all within ${at(1)}\n`,
    )
  }

  async #pauses(): Promise<PageFigures> {
    const tasks = await this.#page.evaluate(() => (globalThis as { longTasks?: number[] }).longTasks ?? [])
    return { longest: Math.max(0, ...tasks), long: tasks.reduce((sum, each) => sum + each, 0) }
  }

  async #sizes(): Promise<{ heap: string; resident: string; database: string }> {
    await this.#tab.send('HeapProfiler.collectGarbage')
    const { usedSize } = await this.#tab.send('Runtime.getHeapUsage')
    const { processInfo } = await this.#browser.send('SystemInfo.getProcessInfo')
    const resident = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentBytes(id))
    const stored = await this.#page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0)
    return { heap: megabytes(usedSize), resident: megabytes(Math.max(...resident)), database: megabytes(stored) }
  }
}

function watchLongTasks(): void {
  const tasks: number[] = []
  Object.assign(globalThis, { longTasks: tasks })
  const observer = new PerformanceObserver((list) => {
    const { longTasks } = globalThis as { longTasks?: number[] }
    for (const { duration } of list.getEntries()) longTasks?.push(duration)
  })
  observer.observe({ type: 'longtask' })
}

function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return 1024 * Number(kilobytes)
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}
