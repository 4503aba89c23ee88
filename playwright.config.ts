import { defineConfig } from '@playwright/test'

// `npm test` sets these: the browser that it found, and where its report goes.
const { CHROMIUM_PATH: executablePath, PLAYWRIGHT_JSON_OUTPUT_NAME: report, CI: ci } = process.env

export default defineConfig({
  testDir: 'e2e',
  testMatch: '*.spec.ts',
  // One worker: a cluster and a browser keep two cores busy.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: Boolean(ci),
  // Waits end when their state is there; the limits only end what hangs, also on a machine several times slower.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ...(report ? [['json'] as const] : [])],
  use: {
    locale: 'en-US',
    viewport: { width: 1440, height: 900 },
    // Requests of a service worker pass by the page's own events; e2e/installed.spec.ts allows it.
    serviceWorkers: 'block',
    screenshot: 'only-on-failure',
    // No film: it makes the run a third longer. `playwright test --trace retain-on-failure` makes one.
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      // Chromium refuses its sandbox to root and in most containers; the pages are our own.
      chromiumSandbox: false,
      args: [
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-dev-shm-usage',
      ],
    },
  },
})
