import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { identityOf } from '../lib/process-identity.mjs'
import { endLeftovers, lockStateFolder, recordProcess } from '../lib/run-folder.mjs'

let dir: string
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-run-'))
})
afterEach(() => {
  fs.rmSync(dir, { recursive: true })
})

const url = 'http://localhost:3000'

it('a second start on the same folder is refused with the address of the first', () => {
  lockStateFolder(dir, { url })
  expect(() => lockStateFolder(dir, { url })).toThrow(`already runs on ${dir} at ${url} (process ${process.pid})`)
})

it('the lock of a process that is gone is taken over, even when its pid is used again', () => {
  const { runDir } = lockStateFolder(dir, { url })
  const record = { pid: process.pid, identity: 'another start of the machine', url }
  fs.writeFileSync(path.join(runDir, 'start.json'), JSON.stringify(record))
  lockStateFolder(dir, { url }).release()
  expect(fs.existsSync(path.join(runDir, 'start.json'))).toBe(false)
})

it('a lock that was cut short by a power failure does not block', () => {
  const { runDir } = lockStateFolder(dir, { url })
  fs.writeFileSync(path.join(runDir, 'start.json'), '{"pid":')
  expect(() => lockStateFolder(dir, { url })).not.toThrow()
})

it('children of a killed start are ended, and other processes are left alone', async () => {
  const { runDir } = lockStateFolder(dir, { url })
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(child, 'spawn')
  if (child.pid === undefined) throw new Error('not spawned')
  recordProcess(runDir, 'storage1', child.pid)
  const reused = { pid: process.pid, identity: 'not this one' }
  fs.writeFileSync(path.join(runDir, 'tracker.json'), JSON.stringify(reused))
  const ended = once(child, 'exit')
  expect(await endLeftovers(runDir)).toEqual(['storage1'])
  expect(await ended).toEqual([null, 'SIGTERM'])
  expect(fs.readdirSync(runDir)).toEqual(['start.json'])
})

it('a process has one identity for its life and none afterwards', async () => {
  expect(identityOf(process.pid)).toBe(identityOf(process.pid))
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  expect(identityOf(child.pid ?? 0)).toBe(undefined)
})

it('a state folder that cannot be made is refused in one sentence, and at once', () => {
  expect(() => lockStateFolder('/proc/cairn-test', { url: '' })).toThrow(
    'Cannot write to /proc/cairn-test/run (ENOENT): change CAIRN_DATA, or the owner of that folder.',
  )
})
