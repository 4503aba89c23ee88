import { type AddressInfo, createServer } from 'node:net'
import { trackerCommands } from '@cairn/dfs-core'
import { type CommandServer, createCommandServer } from '@cairn/dfs-core/server'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { type StorageConfig, storageConfigDefaults } from '../config.ts'
import { mayFollow } from './leader-check.ts'

/** A tracker that says whether it leads, and counts how often it is asked to step down. */
interface FakeTracker {
  readonly port: number
  stepDowns: number
}

const servers: CommandServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close(0)
})

async function tracker(isLeader: boolean): Promise<FakeTracker> {
  const { getTrackerStatus, notifyReselectLeader } = trackerCommands
  const own = { port: 0, stepDowns: 0 }
  const status = getTrackerStatus.response.encode({ isLeader, runningTime: 0, restartInterval: 0 })
  const server = createCommandServer<null>({
    handlers: new Map([
      [getTrackerStatus.code, { kind: 'buffered', bodyMax: 0, handle: (_request, reply) => reply.ok(status) }],
      [
        notifyReselectLeader.code,
        {
          kind: 'buffered',
          bodyMax: 0,
          handle: (_request, reply) => {
            own.stepDowns += 1
            reply.ok()
          },
        },
      ],
    ]),
    newState: () => null,
    limits: { maxConnections: 4, networkTimeoutMs: 5000 },
    unknownCommand: 'answer',
    closeOnEinval: false,
  })
  servers.push(server)
  own.port = await server.listen(0, '127.0.0.1')
  return own
}

function config(ports: readonly number[]): StorageConfig {
  const trackers = ports.map((port) => ({ hosts: ['127.0.0.1'], port }))
  return { ...storageConfigDefaults, trackers, basePath: '', storePaths: [] }
}

const logger = pino({ level: 'silent' })
const check = (ports: readonly number[]) => mayFollow(config(ports), logger, { known: 0, told: 1 })

describe('a tracker that says it leads while another is known to', () => {
  it('is followed when the other does not lead any more', async () => {
    const [known, told] = [await tracker(false), await tracker(true)]
    expect(await check([known.port, told.port])).toBe(true)
    expect([known.stepDowns, told.stepDowns]).toEqual([0, 0])
  })

  it('is followed when the other does not answer', async () => {
    const told = await tracker(true)
    expect(await check([1, told.port])).toBe(true)
  })

  it('is asked to step down, as the other is, when both lead', async () => {
    const [known, told] = [await tracker(true), await tracker(true)]
    expect(await check([known.port, told.port])).toBe(false)
    expect([known.stepDowns, told.stepDowns]).toEqual([1, 1])
  })

  it('is followed after a heart-beat when the other one is reached and says nothing, however long the network may take', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const told = await tracker(true)
    const patient = { ...config([port, told.port]), heartBeatIntervalMs: 50, networkTimeoutMs: 600_000 }
    expect(await mayFollow(patient, logger, { known: 0, told: 1 })).toBe(true)
    expect(told.stepDowns).toBe(0)
    silent.close()
  })
})
