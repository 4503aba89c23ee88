import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { root } from './run.mjs'

const SKIPPED = new Set(['node_modules', 'dist', '.next', 'generated', 'testdata', 'test'])
const NOT_SHIPPED = /\.(test|spec)\.tsx?$|\.tsbuildinfo$|next-env\.d\.ts$/

function* filesUnder(target) {
  const stat = fs.statSync(target, { throwIfNoEntry: false })
  if (stat === undefined) return
  if (!stat.isDirectory()) {
    if (!NOT_SHIPPED.test(target)) yield target
    return
  }
  for (const name of fs.readdirSync(target).sort()) {
    if (!SKIPPED.has(name)) yield* filesUnder(path.join(target, name))
  }
}

/** A hash of the names and contents of `paths` (files or folders below the top folder) and of `extra` texts. */
export function fingerprint(paths, extra = []) {
  const hash = createHash('sha256')
  for (const text of [process.version, process.platform, process.arch, ...extra]) hash.update(`${text}\0`)
  for (const file of paths.flatMap((name) => [...filesUnder(path.join(root, name))])) {
    hash
      .update(`${path.relative(root, file)}\0`)
      .update(fs.readFileSync(file))
      .update('\0')
  }
  return hash.digest('hex')
}

/** Does `stampFile` hold this fingerprint, and does every one of `outputs` exist? */
export function isCurrent(stampFile, print, outputs = []) {
  if (!outputs.every((file) => fs.existsSync(path.join(root, file)))) return false
  const file = path.join(root, stampFile)
  return fs.existsSync(file) && fs.readFileSync(file, 'utf8') === print
}

export function writeStamp(stampFile, print) {
  const file = path.join(root, stampFile)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, print)
}
