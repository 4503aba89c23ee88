import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundleDaemon, type DaemonBundle } from './daemon.ts'

const MIB = 1024 * 1024
/**
 * On top of what the idle daemons have: 20 MiB of heap and buffers and 26 to 36 of resident memory were seen, mostly of
 * bodies as long as a request may be. A single buffer as long as many of these frames say it should be has a gigabyte and more.
 */
const GROWTH_MAX = 128 * MIB
const CONNECTIONS = 24 * 40

let bundle: DaemonBundle
let child: ChildProcess | null = null
beforeAll(async () => {
  bundle = await bundleDaemon('test/hostile-frames-child.ts')
})
afterAll(() => {
  child?.kill('SIGKILL')
  bundle.remove()
})

it('lengths and counts up to 2^63 take no memory, in any decoder and on 40 connections at once', async () => {
  const frames = fileURLToPath(new URL('../../../packages/dfs-core/testdata', import.meta.url))
  child = fork(bundle.path, [frames], { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const exit = once(child, 'exit')
  const told = once(child, 'message').then(([message]) => message as Told)
  const end = exit.then(([code]) => Promise.reject(new Error(`it ended with ${code} before it told anything`)))
  const { most, count } = await Promise.race([told, end])
  expect(most.held).toBeLessThan(GROWTH_MAX)
  expect(most.rss).toBeLessThan(GROWTH_MAX)
  // Both kinds came, or nothing was tried.
  expect(count.decoded).toBeGreaterThan(2000)
  expect(count.refused).toBeGreaterThan(2000)
  expect(count.answers).toBeGreaterThan(200)
  expect(count.closed).toBe(CONNECTIONS)
  expect(await exit).toEqual([0, null])
})

interface Told {
  readonly most: { readonly held: number; readonly rss: number }
  readonly count: {
    readonly decoded: number
    readonly refused: number
    readonly answers: number
    readonly closed: number
  }
}
