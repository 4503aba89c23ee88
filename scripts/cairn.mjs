// `npm run --silent cairn -- …`: what an operator asks of a cluster, or does to it by hand. docs/operations.md describes it.
import { requireNode } from './lib/node-version.mjs'

requireNode()
const { printError } = await import('./lib/plain-error.mjs')
const { runKeys, USAGE } = await import('./lib/keys-command.mjs')
const [area, ...args] = process.argv.slice(2)
try {
  if (area === 'keys') await runKeys(args, process.env)
  else await runTools(process.argv.slice(2))
} catch (error) {
  printError(error)
  process.exitCode = 1
}

/** Everything else is a program of packages/dfs-cli, asking the trackers of this drive unless others are named. */
async function runTools(args) {
  const { ensureInstalled } = await import('./lib/install.mjs')
  const { ensureBuilt } = await import('./lib/build.mjs')
  const { readSettings } = await import('./lib/settings.mjs')
  await ensureInstalled()
  await ensureBuilt(['tools'])
  const { main, cairnUsage } = await import('../packages/dfs-cli/dist/cli.js')
  const usage = `${USAGE}\n${cairnUsage()}`
  if (['help', '-h', '--help'].includes(args[0])) return console.log(usage)
  if (args.length > 0) {
    const { tracker, trackers } = readSettings(process.env)
    return main('cairn', args, { trackers, statusPort: tracker?.httpPort })
  }
  console.error(usage)
  process.exitCode = 2
}
