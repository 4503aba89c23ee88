// `npm run check`: style, types, import directions, dead code. Quick: no daemon and no browser is started.
import { requireNode } from './lib/node-version.mjs'

requireNode()
const { ensureInstalled } = await import('./lib/install.mjs')
await ensureInstalled()
const { ensureBuilt } = await import('./lib/build.mjs')
// The types of the database client are generated.
await ensureBuilt(['database client'])
const { runChecks } = await import('./lib/checks.mjs')
const failed = await runChecks()
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}.`)
  process.exitCode = 1
}
