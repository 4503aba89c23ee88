// `npm run --silent cairn -- keys …`: what an operator does to a cluster by hand. docs/operations.md describes it.
import { requireNode } from './lib/node-version.mjs'

requireNode()
const { printError } = await import('./lib/plain-error.mjs')
const { runKeys, USAGE } = await import('./lib/keys-command.mjs')
const [area, ...args] = process.argv.slice(2)
try {
  if (area !== 'keys') {
    console.error(USAGE)
    process.exitCode = 2
  } else await runKeys(args, process.env)
} catch (error) {
  printError(error)
  process.exitCode = 1
}
