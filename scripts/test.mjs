// `npm test`: checks, unit and daemon tests, browser tests. Needs only Node.js.
// `npm test -- --only check|unit|browser` runs one of them.
import { requireNode } from './lib/node-version.mjs'

requireNode()
const { runTests } = await import('./lib/test-run.mjs')
process.exitCode = await runTests(process.argv.slice(2))
