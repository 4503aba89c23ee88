import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The top folder of the project. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

const toolsDir = path.join(root, '.tools')
const PNPM_VERSION = '12.21.0'
const isWindows = process.platform === 'win32'

/** Runs a program in the top folder on this terminal; rejects when it ends with anything but 0. */
export function run(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    // npm is a .cmd file on Windows, which only a shell can start.
    const shell = isWindows && command === 'npm'
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', shell, env: { ...process.env, ...env } })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Error(`${path.basename(command)} ${args.join(' ')} ended with ${signal ?? code}`))
    })
  })
}

/** Path of a program that the workspace installed. */
export function bin(name) {
  return path.join(root, 'node_modules/.bin', name)
}

function installedPnpmVersion(packageDir) {
  const manifest = path.join(packageDir, 'package.json')
  return fs.existsSync(manifest) ? JSON.parse(fs.readFileSync(manifest, 'utf8')).version : undefined
}

// Not `npx pnpm`: it asks the registry each time and hangs for a minute when that is out of reach.
// Not corepack: newer versions of Node.js do not ship it, and it refuses registries that drop signatures.
async function pnpmEntry() {
  const packageDir = path.join(toolsDir, 'node_modules/pnpm')
  if (installedPnpmVersion(packageDir) !== PNPM_VERSION) {
    const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error']
    await run('npm', ['install', '--prefix', toolsDir, ...quiet, `pnpm@${PNPM_VERSION}`])
  }
  return path.join(packageDir, 'bin/pnpm.mjs')
}

/** How to run pnpm with these arguments; fetches it into .tools first when it is not there. */
export async function pnpmCommand(...args) {
  const binDir = path.join(toolsDir, 'node_modules/.bin')
  return {
    command: process.execPath,
    args: [await pnpmEntry(), ...args],
    env: { PATH: binDir + path.delimiter + process.env.PATH },
  }
}

/** Runs pnpm on this terminal. */
export async function pnpm(...pnpmArgs) {
  const { command, args, env } = await pnpmCommand(...pnpmArgs)
  await run(command, args, env)
}

// Any existing file in PRISMA_SCHEMA_ENGINE_BINARY keeps the Prisma CLI from downloading its native engine; this one
// also does the engine's work. Windows cannot execute a .mjs file: there only `generate` works.
export const prismaEnv = {
  PRISMA_SCHEMA_ENGINE_BINARY: isWindows ? process.execPath : path.join(root, 'scripts/schema-engine.mjs'),
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
}

/** Runs the Prisma CLI without any download. */
export async function prisma(args, env = {}) {
  const cli = path.join(root, 'node_modules/prisma/build/index.js')
  await run(process.execPath, [cli, ...args], { ...prismaEnv, ...env })
}
