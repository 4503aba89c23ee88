import fs from 'node:fs'
import path from 'node:path'
import { runQuietly } from './quiet-run.mjs'
import { root } from './run.mjs'

const TOOLS = path.join(root, '.tools')
const VERSION = '12.21.0'

function installedVersion(packageDir) {
  const manifest = path.join(packageDir, 'package.json')
  return fs.existsSync(manifest) ? JSON.parse(fs.readFileSync(manifest, 'utf8')).version : undefined
}

// Not `npx pnpm`: it asks the registry each time and hangs for a minute when that is out of reach.
// Not corepack: newer versions of Node.js do not ship it, and it refuses registries that drop signatures.
async function pnpmEntry() {
  const packageDir = path.join(TOOLS, 'node_modules/pnpm')
  if (installedVersion(packageDir) !== VERSION) {
    const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund']
    await runQuietly('npm', ['install', '--prefix', TOOLS, ...quiet, `pnpm@${VERSION}`])
  }
  return path.join(packageDir, 'bin/pnpm.mjs')
}

/** Runs pnpm, fetching it into .tools first when it is not there; shows what it printed only when it fails. */
export async function pnpm(...args) {
  const binDir = path.join(TOOLS, 'node_modules/.bin')
  const env = { PATH: binDir + path.delimiter + process.env.PATH }
  await runQuietly(process.execPath, [await pnpmEntry(), ...args], { env })
}
