import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConnectionError, ConnectionPool, ServerError, Status } from '@cairn/dfs-core'
import { type CommandReply, type CommandServer, createCommandServer } from '@cairn/dfs-core/server'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ClusterState } from '../src/cluster/cluster-state.ts'
import type { Identity } from '../src/cluster/identity.ts'
import { StorageFiles } from '../src/storage-files.ts'
import { TrunkGroup } from '../src/trunk/trunk-group.ts'
import { logger, testStorageConfig, until } from './cluster.ts'
import { testIdentity } from './identity.ts'

const identity: Identity = {
  ...testIdentity,
  trunk: {
    slotMinSize: 256,
    slotMaxSize: 64 * 1024,
    allocAlignmentSize: 256,
    fileSize: 1024 * 1024,
    createFileAdvance: false,
    createFileTimeBase: { hour: 2, minute: 0 },
    createFileInterval: 86_400,
    createFileSpaceThreshold: 0,
    initCheckOccupying: false,
    initReloadFromBinlog: false,
    freeSpaceMerge: false,
    deleteUnusedFiles: false,
    compressBinlogMinInterval: 0,
    compressBinlogInterval: 0,
    compressBinlogTimeBase: { hour: 3, minute: 0 },
    binlogMaxBackups: 0,
  },
}

/** A member that takes lines of the trunk binlog and answers when the test lets it. */
class SlowMember {
  lines = ''
  readonly #answers: CommandReply[] = []
  #isSlow = false
  readonly #server: CommandServer = createCommandServer({
    handlers: new Map([
      [33, { kind: 'buffered', bodyMax: 0, handle: (_, reply) => reply.ok() }],
      [
        30,
        {
          kind: 'buffered',
          bodyMax: 64 * 1024,
          handle: (request, reply) => {
            this.lines += request.head.toString('latin1')
            if (this.#isSlow) this.#answers.push(reply)
            else reply.ok()
          },
        },
      ],
    ]),
    newState: () => null,
    limits: { maxConnections: 10, networkTimeoutMs: 60_000 },
    unknownCommand: 'close',
    closeOnEinval: true,
  })

  listen(): Promise<number> {
    return this.#server.listen(0, '127.0.0.1')
  }

  keepSilent(): void {
    this.#isSlow = true
  }

  answer(): void {
    this.#isSlow = false
    for (const reply of this.#answers.splice(0)) reply.ok()
  }

  close(): Promise<void> {
    return this.#server.close(0)
  }
}

let folder: string
let files: StorageFiles
let group: TrunkGroup
let member: SlowMember
let pool: ConnectionPool

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-trunk-'))
  member = new SlowMember()
  const port = await member.listen()
  const config = { ...testStorageConfig(folder, '100001', 1), heartBeatIntervalMs: 60_000 }
  files = new StorageFiles(config, logger)
  const state = new ClusterState('100001')
  pool = new ConnectionPool({ networkTimeoutMs: 60_000 })
  const store = files.openStore(identity)
  group = new TrunkGroup({
    config,
    identity,
    state,
    store,
    initFlag: files.initFlag,
    pool,
    logger,
    now: () => 1_800_000_000,
  })
  state.setLeader(0)
  state.noteHeard(0)
  state.setTrunkServer({ id: '100001', ip: '127.0.0.1', port: 1, trunkFileId: 0 })
  state.merge([
    { status: 7, port: 1, id: '100001', ip: '127.0.0.1' },
    { status: 7, port, id: '100002', ip: '127.0.0.1' },
  ])
  const slot = await group.slots().allocate(0, 100)
  await group.slots().confirm(slot, Status.OK)
  // Its mark is written as soon as it has all lines so far; from then on it is waited for.
  const hasMark = () => readdirSync(join(folder, 'data/trunk')).some((name) => name.endsWith('.mark'))
  await until('the member follows', hasMark)
})
afterEach(async () => {
  member.answer()
  await group.close()
  await member.close()
  pool.close()
  await files.close()
  rmSync(folder, { recursive: true })
})

/** Resolves with `confirmed` when the slot counts as used. */
async function confirmOne(): Promise<'confirmed'> {
  const slot = await group.slots().allocate(0, 100)
  await group.slots().confirm(slot, Status.OK)
  return 'confirmed'
}

it('a slot is not confirmed before a member that follows has the line', async () => {
  await confirmOne()
  member.keepSilent()
  const before = member.lines.length
  const startedAt = performance.now()
  const confirmed = confirmOne()
  await until('the member has read the lines', () => member.lines.length > before)
  const seen = await Promise.race([confirmed, Promise.resolve('waiting')])
  // Nobody is waited for longer than a second, which a busy machine may take to come to here.
  const isInTime = performance.now() - startedAt < 900
  expect(isInTime ? seen : 'waiting').toBe('waiting')
  member.answer()
  expect(await confirmed).toBe('confirmed')
})

it('a member that does not answer holds up one slot for a second, and no other', async () => {
  await confirmOne()
  member.keepSilent()
  expect(await confirmOne()).toBe('confirmed')
  const started = performance.now()
  for (let i = 0; i < 10; i += 1) await confirmOne()
  expect(performance.now() - started).toBeLessThan(9500)
})

it('a trunk server that cannot be reached is not asked for every small file', () => {
  group.noteFailure(new ServerError(Status.ENOSPC, 27))
  expect(group.takes(100)).toBe(true)
  group.noteFailure(new ConnectionError('the host is down'))
  expect(group.takes(100)).toBe(false)
})
