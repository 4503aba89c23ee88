// `npm run --silent cairn -- …`: what an operator asks of a cluster, or does to it by hand. docs/operations.md describes it.
import { requireNode } from './lib/node-version.mjs'

requireNode()
const { printError } = await import('./lib/plain-error.mjs')
const { runKeys, USAGE } = await import('./lib/keys-command.mjs')
const { runWhere, WHERE_USAGE } = await import('./lib/where-command.mjs')
const [area, ...args] = process.argv.slice(2)
try {
  if (area === 'keys') await runKeys(args, process.env)
  else if (area === 'where') await runWhere(args, process.env)
  else {
    console.error(`${USAGE}\n${WHERE_USAGE}`)
    process.exitCode = 2
  }
} catch (error) {
  printError(error)
  process.exitCode = 1
}
