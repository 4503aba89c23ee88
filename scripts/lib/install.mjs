import fs from 'node:fs'
import path from 'node:path'
import { fingerprint, isCurrent, writeStamp } from './fingerprint.mjs'
import { pnpm } from './pnpm.mjs'
import { root } from './run.mjs'

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
  // Without the last flag pnpm asks before it replaces a node_modules of another layout, and fails where nobody answers.
  await pnpm('install', '--frozen-lockfile', '--config.confirmModulesPurge=false')
  writeStamp(STAMP, print)
  return true
}
