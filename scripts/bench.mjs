// `npm run bench [-- --seconds 5 --size "4 KB"]`: builds the daemons and measures them against this machine. Needs only Node.js.
import path from 'node:path'
import { ensureInstalled } from './lib/install.mjs'
import { requireNode } from './lib/node-version.mjs'
import { root, run } from './lib/run.mjs'

requireNode()
await ensureInstalled()
const { ensureBuilt } = await import('./lib/build.mjs')
await ensureBuilt(['daemons'])
await run(process.execPath, ['--import', 'tsx', path.join(root, 'bench/run.ts'), ...process.argv.slice(2)])
