// `npm run bench [-- --only daemons|drive]`: the daemons against what this machine can do, with `--seconds 5 --size "4 KB"`;
// and the drive over a million entries, with `--rows 1000000 --keep folder`. Needs only Node.js.
import path from 'node:path'
import { ensureInstalled } from './lib/install.mjs'
import { requireNode } from './lib/node-version.mjs'
import { root, run } from './lib/run.mjs'

requireNode()
await ensureInstalled()
const { ensureBuilt } = await import('./lib/build.mjs')
const [flag, part, ...rest] = process.argv.slice(2)
const only = flag === '--only' ? part : undefined
const args = flag === '--only' ? rest : process.argv.slice(2)
const measure = (file, options) =>
  run(process.execPath, ['--import', 'tsx', path.join(root, 'bench', file), ...options])
if (only !== 'drive') {
  await ensureBuilt(['daemons'])
  await measure('run.ts', args)
}
if (only !== 'daemons') await measure('drive.mjs', only === 'drive' ? args : [])
