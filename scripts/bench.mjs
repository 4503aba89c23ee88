// `npm run bench [-- --only daemons|drive|uploads]`: the daemons against what this machine can do, with `--seconds 5 --size
// "4 KB"`; the drive over a million entries, with `--rows 1000000 --keep folder`; uploads into a whole drive, with `--part
// small|large|parallel|queue --files 1000 --bytes 10240 --browsers 200`. Needs only Node.js, and a Chromium for the small ones.
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
const wants = (name) => only === undefined || only === name
const optionsOf = (name) => (only === name || (only === undefined && name === 'daemons') ? args : [])
const measure = (file, options, env) =>
  run(process.execPath, ['--import', 'tsx', path.join(root, 'bench', file), ...options], env)
if (wants('daemons')) {
  await ensureBuilt(['daemons'])
  await measure('run.ts', optionsOf('daemons'))
}
if (wants('drive')) await measure('drive.mjs', optionsOf('drive'))
if (wants('uploads')) {
  const { findBrowser } = await import('./lib/browser.mjs')
  await ensureBuilt()
  await measure('uploads.ts', optionsOf('uploads'), { CHROMIUM_PATH: (await findBrowser()).path })
}
