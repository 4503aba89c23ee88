// What a browser must fetch before the drive can be used: a phone pays for every byte of it.
import { expect } from '@playwright/test'
import { test } from './drive-test.ts'

const JAVASCRIPT_BYTES_MAX = 250_000

test('the first load of the drive has at most 250 KB of JavaScript', async ({ page, drive }) => {
  await page.goto(`${drive.url}/drive`, { waitUntil: 'networkidle' })
  const scripts = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter((entry) => entry instanceof PerformanceResourceTiming && /\.js(\?|$)/.test(entry.name))
      .map((entry) => (entry as PerformanceResourceTiming).encodedBodySize),
  )
  const bytes = scripts.reduce((sum, size) => sum + size, 0)
  console.log(`    ${scripts.length} scripts, ${(bytes / 1000).toFixed(1)} KB compressed`)
  expect(Math.min(...scripts), 'sizes are told').toBeGreaterThan(0)
  expect(bytes).toBeLessThanOrEqual(JAVASCRIPT_BYTES_MAX)
})
