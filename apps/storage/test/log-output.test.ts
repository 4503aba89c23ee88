import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { expect, it } from 'vitest'

const TALKER = `
  import { pino } from 'pino'
  import { openLogOutput } from '${new URL('../../../packages/dfs-core/src/server/log-output.ts', import.meta.url).href}'
  const log = pino({}, openLogOutput())
  process.once('message', () => {
    log.info('the last words')
    process.exit(0)
  })
  process.send('up')`

it('a process ends whose last lines nobody reads any more', async () => {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', TALKER]
  const child = spawn(process.execPath, args, { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  await once(child, 'message')
  const ended = once(child, 'exit')
  const { stdout } = child
  if (stdout === null) throw new Error('the output is a pipe')
  const deaf = once(stdout, 'close')
  stdout.destroy()
  await deaf
  child.send('go')
  expect(await ended).toEqual([0, null])
})

const FULL = '/dev/full'

/** Says so when it is still there after lines that could not be written, and ends by itself. */
const UNHEARD = `
  import { pino } from 'pino'
  import { openLogOutput } from '${new URL('../../../packages/dfs-core/src/server/log-output.ts', import.meta.url).href}'
  const log = pino({}, openLogOutput())
  log.warn('goes out at once')
  for (let i = 0; i < 1000; i += 1) log.info('fills the buffer')
  log.info('the last words')
  setTimeout(() => process.send('alive'), 300)`

it.skipIf(!existsSync(FULL))('a process lives on whose log is on a full disk, and ends when it is to', async () => {
  const full = openSync(FULL, 'w')
  const args = ['--import', 'tsx', '--input-type=module', '--eval', UNHEARD]
  const child = spawn(process.execPath, args, { cwd: import.meta.dirname, stdio: ['ignore', full, 'inherit', 'ipc'] })
  closeSync(full)
  const ended = once(child, 'exit')
  expect(await Promise.race([once(child, 'message'), ended])).toEqual(['alive', undefined])
  child.disconnect()
  expect(await ended).toEqual([0, null])
})
