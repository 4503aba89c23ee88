// @ts-check
// Loaded before a storage (`--import`), in each of its threads. While there is the file SLOW_ROOT/slow, calls of node:fs for what is under
// SLOW_ROOT take as long as on a disk that answers some calls every SLOW_MS milliseconds; while there is SLOW_ROOT/hang it answers none.
// Calls that node:fs makes in its thread pool hold a thread of it meanwhile.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/** What the disk does side by side. */
const AT_ONCE = 8

const root = process.env['SLOW_ROOT'] ?? ''
const slowMs = Number(process.env['SLOW_MS'])
const { existsSync, openSync, read, writeSync } = fs
/** A read from it waits in the thread pool until somebody has written a byte. */
const gate = openSync(`${root}/gate`, 'r+')
const clock = new Int32Array(new SharedArrayBuffer(4))
/** Descriptors that this thread has open there. */
const slow = new Set()
let waiting = 0

const hangs = () => existsSync(`${root}/hang`)

setInterval(() => {
  const count = hangs() ? 0 : Math.min(waiting, AT_ONCE)
  waiting -= count
  if (count > 0) writeSync(gate, Buffer.alloc(count))
}, slowMs).unref()

/** @param {unknown} file */
const isThere = (file) => (typeof file === 'number' ? slow.has(file) : String(file).startsWith(`${root}/`))
/** @param {unknown} file */
const isSlow = (file) => isThere(file) && (existsSync(`${root}/slow`) || hangs())

function holdThread() {
  do Atomics.wait(clock, 0, 0, slowMs)
  while (hangs())
}

/** @param {() => void} then */
function holdPool(then) {
  waiting += 1
  read(gate, Buffer.alloc(1), 0, 1, null, then)
}

/** @typedef {(...args: any[]) => any} Call */
const calls = /** @type {Record<string, Call>} */ (/** @type {unknown} */ (fs))
const promises = /** @type {Record<string, Call>} */ (/** @type {unknown} */ (fs.promises))
const NAMES = [
  'open',
  'stat',
  'lstat',
  'fstat',
  'access',
  'read',
  'write',
  'writev',
  'link',
  'symlink',
  'unlink',
  'rename',
  'mkdir',
]
NAMES.push(
  'truncate',
  'ftruncate',
  'fsync',
  'fdatasync',
  'utimes',
  'futimes',
  'readFile',
  'readdir',
  'statfs',
  'copyFile',
)

for (const name of NAMES) {
  const call = calls[name]
  const sync = calls[`${name}Sync`]
  if (call === undefined || sync === undefined) throw new Error(`there is no ${name}`)
  calls[`${name}Sync`] = (...args) => {
    if (isSlow(args[0])) holdThread()
    const result = sync(...args)
    if (name === 'open') note(args[0], result)
    return result
  }
  const later = (/** @type {any[]} */ ...args) => {
    if (name === 'open') {
      const done = args.pop()
      args.push((/** @type {unknown} */ error, /** @type {number} */ fd) => {
        if (!error) note(args[0], fd)
        done(error, fd)
      })
    }
    if (isSlow(args[0])) holdPool(() => call(...args))
    else call(...args)
  }
  // `promisify` knows by this what a call's result looks like.
  for (const key of Object.getOwnPropertySymbols(call))
    Object.defineProperty(later, key, { value: Reflect.get(call, key) })
  calls[name] = later
  const promised = promises[name]
  if (promised === undefined) continue
  promises[name] = async (...args) => {
    if (isSlow(args[0])) await new Promise((resolve) => holdPool(() => resolve(undefined)))
    const result = await promised(...args)
    return name === 'open' && isThere(args[0]) ? slowHandle(result, args[0]) : result
  }
}
calls['existsSync'] = (path) => {
  if (isSlow(path)) holdThread()
  return existsSync(path)
}
for (const name of ['close', 'closeSync']) {
  const close = calls[name]
  calls[name] = (fd, ...rest) => {
    slow.delete(fd)
    return close?.(fd, ...rest)
  }
}
syncBuiltinESMExports()

/** @param {unknown} path @param {number} fd */
function note(path, fd) {
  if (isThere(path)) slow.add(fd)
  else slow.delete(fd)
}

/** @param {Record<string, Call>} handle @param {unknown} path */
function slowHandle(handle, path) {
  for (const name of ['read', 'write', 'writev', 'writeFile', 'sync', 'datasync', 'truncate', 'stat']) {
    const call = handle[name]
    handle[name] = async (...args) => {
      if (isSlow(path)) await new Promise((resolve) => holdPool(() => resolve(undefined)))
      return await call?.apply(handle, args)
    }
  }
  return handle
}
