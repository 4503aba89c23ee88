import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, it } from 'vitest'

const main = new URL('../src/main.ts', import.meta.url).href

it('a program that waits for a tracker ends at Ctrl-C with the exit code that tells of it', async () => {
  const silent = createServer()
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const script = `import { main } from '${main}'; await main('cairn', ['monitor'], { trackers: ['127.0.0.1:${port}'] })`
  const program = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    cwd: import.meta.dirname,
    stdio: 'ignore',
  })
  await once(silent, 'connection')
  const ended = once(program, 'exit')
  program.kill('SIGINT')
  expect(await ended).toEqual([130, null])
  silent.close()
})
