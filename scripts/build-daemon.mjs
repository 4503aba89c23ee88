// `node scripts/build-daemon.mjs tracker|storage`: one file, apps/<name>/dist/main.js, that needs only Node.js.
import { bundleDaemon } from './lib/bundle.mjs'

const name = process.argv[2]
if (name !== 'tracker' && name !== 'storage') {
  console.error('Usage: node scripts/build-daemon.mjs tracker|storage')
  process.exit(1)
}
await bundleDaemon(name)
