// `npm run pictures`: makes the pictures of the documentation, docs/images/*.png, from the running product.
import path from 'node:path'
import { requireNode } from './lib/node-version.mjs'

requireNode()
const { ensureInstalled } = await import('./lib/install.mjs')
await ensureInstalled()
const { findBrowser } = await import('./lib/browser.mjs')
const { root, run } = await import('./lib/run.mjs')
const browser = await findBrowser()
await run(process.execPath, ['--import', 'tsx', path.join(root, 'e2e/pictures.ts')], { CHROMIUM_PATH: browser.path })
