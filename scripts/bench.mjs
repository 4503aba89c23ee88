// `npm run bench [-- --seconds 5 --size "4 KB"]`: builds the daemons and measures them against this machine. Needs only Node.js.
import path from 'node:path'
import { pnpm, root, run } from './lib/run.mjs'

await pnpm('install', '--frozen-lockfile')
for (const daemon of ['tracker', 'storage']) {
  await run(process.execPath, [path.join(root, 'scripts/build-daemon.mjs'), daemon])
}
await run(process.execPath, ['--import', 'tsx', path.join(root, 'bench/run.ts'), ...process.argv.slice(2)])
