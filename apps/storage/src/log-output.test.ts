import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'

const TALKER = `
  import { pino } from 'pino'
  import { openLogOutput } from '${new URL('./log-output.ts', import.meta.url).href}'
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
