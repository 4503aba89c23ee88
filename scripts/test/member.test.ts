import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { LogFile } from '../lib/log-file.mjs'
import { Member } from '../lib/member.mjs'
import { warningIn } from '../lib/output.mjs'
import { isRunning } from '../lib/process-identity.mjs'
import { until } from '../lib/until.mjs'

let dir: string
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-member-'))
})
afterEach(() => {
  fs.rmSync(dir, { recursive: true })
})

function memberRunning(code: string, hooks = {}) {
  const member = new Member({
    name: 'storage1',
    args: ['-e', code],
    cwd: dir,
    env: process.env,
    logFile: path.join(dir, 'storage1.log'),
    runDir: dir,
    ...hooks,
  })
  member.start()
  return member
}

const READY = `console.log('{"msg":"ready","tcpPort":23000}');`
const STAY = 'setInterval(() => {}, 1000);'

it('is ready when it logs so, leaves its output in the log, and ends when it is asked to', async () => {
  const member = memberRunning(`${READY} ${STAY}`)
  expect(await member.ready).toEqual({ msg: 'ready', tcpPort: 23_000 })
  await member.stop()
  expect(fs.readFileSync(path.join(dir, 'storage1.log'), 'utf8')).toContain('"ready"')
  expect(fs.readdirSync(dir)).toEqual(['storage1.log'])
})

it('is killed when it does not end in time', async () => {
  const member = memberRunning(`process.on('SIGTERM', () => {}); ${READY} ${STAY}`)
  await member.ready
  await member.stop(100)
  expect(await member.ended).toBe('SIGKILL')
})

it('a crash is reported with the last lines, a requested end is not', async () => {
  const crashes: string[] = []
  const member = memberRunning(`console.error('disk is gone'); process.exit(3)`, {
    onCrash: (reason: string) => crashes.push(reason),
  })
  await expect(member.ready).rejects.toThrow('storage1 ended with exit code 3.\ndisk is gone')
  expect(crashes).toEqual(['exit code 3'])
})

it('ends with its parent, even when that is killed', async () => {
  const parent = spawn(process.execPath, [path.join(import.meta.dirname, 'orphan-maker.mjs'), dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(parent.stdout, 'data')
  const record = JSON.parse(String(line))
  expect(isRunning(record)).toBe(true)
  parent.kill('SIGKILL')
  await until(() => !isRunning(record), { what: 'the end of the child' })
})

it('a log keeps at most its size and the file before it', () => {
  const file = path.join(dir, 'web.log')
  const log = new LogFile(file, { sizeMax: 100 })
  for (let i = 0; i < 100; i++) log.write('ten bytes\n')
  log.close()
  expect(fs.statSync(file).size).toBeLessThanOrEqual(100)
  expect(fs.statSync(`${file}.1`).size).toBe(100)
  expect(fs.readdirSync(dir).sort()).toEqual(['web.log', 'web.log.1'])
})

it.skipIf(!fs.existsSync('/dev/full'))('a log on a full disk loses its lines and ends nothing', () => {
  const log = new LogFile('/dev/full')
  for (let i = 0; i < 3; i++) log.write('ten bytes\n')
  log.close()
  log.write('behind the end\n')
})

it('a log whose file cannot be moved out of the way is written again when it can', () => {
  const file = path.join(dir, 'web.log')
  const log = new LogFile(file, { sizeMax: 10 })
  log.write('ten bytes\n')
  fs.mkdirSync(`${file}.1`)
  log.write('is lost\n')
  fs.rmdirSync(`${file}.1`)
  log.write('is there\n')
  log.close()
  expect(fs.readFileSync(file, 'utf8')).toBe('is there\n')
})

it.each([
  ['{"level":30,"msg":"served"}', false, undefined],
  ['{"level":50,"msg":"cannot write","err":{"message":"ENOSPC"}}', false, 'cannot write: ENOSPC'],
  ['plain text', false, undefined],
  ['plain text', true, 'plain text'],
  ['{"level":', true, '{"level":'],
])('shows %s (on stderr: %s) as %s', (line, isErrorStream, shown) => {
  expect(warningIn(line, { isErrorStream })).toBe(shown)
})
