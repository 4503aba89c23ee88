import fs from 'node:fs'
import path from 'node:path'
import { fingerprint, isCurrent, writeStamp } from './fingerprint.mjs'
import { runQuietly } from './quiet-run.mjs'
import { pnpmCommand, root } from './run.mjs'

const STAMP = 'node_modules/.cairn-install'

function manifests() {
  const folders = ['apps', 'packages'].flatMap((parent) =>
    fs.readdirSync(path.join(root, parent)).map((name) => path.join(parent, name, 'package.json')),
  )
  return ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...folders]
}

/** Installs the dependencies that the lockfile names. Returns false when they were already there. */
export async function ensureInstalled() {
  const print = fingerprint(manifests())
  if (isCurrent(STAMP, print)) return false
  const { command, args, env } = await pnpmCommand(
    'install',
    '--frozen-lockfile',
    // Without this pnpm asks before it replaces a node_modules of another layout, and fails where nobody can answer.
    '--config.confirmModulesPurge=false',
  )
  await runQuietly(command, args, env)
  writeStamp(STAMP, print)
  return true
}
