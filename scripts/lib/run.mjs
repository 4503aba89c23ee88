import { spawn } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The top folder of the project. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

/** Runs a program in the top folder on this terminal; rejects when it ends with anything but 0. */
export function run(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
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

// Any existing file in PRISMA_SCHEMA_ENGINE_BINARY keeps the Prisma CLI from downloading its native engine; this one
// also does the engine's work. Windows cannot execute a .mjs file: there only `generate` works.
export const prismaEnv = {
  PRISMA_SCHEMA_ENGINE_BINARY:
    process.platform === 'win32' ? process.execPath : path.join(root, 'scripts/schema-engine.mjs'),
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
}

/** Runs the Prisma CLI without any download. */
export async function prisma(args, env = {}) {
  const cli = path.join(root, 'node_modules/prisma/build/index.js')
  await run(process.execPath, [cli, ...args], { ...prismaEnv, ...env })
}
