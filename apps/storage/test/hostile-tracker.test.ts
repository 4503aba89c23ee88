import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Brief, type ChangeReply, ConnectionPool, StorageClient, trackerCommands } from '@cairn/dfs-core'
import { type CommandHandler, type CommandServer, createCommandServer } from '@cairn/dfs-core/server'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningStorage, startStorage } from '../src/storage.ts'
import { logger, testStorageConfig, until } from './cluster.ts'

// A tracker that answers what it likes: a storage knows it by its address alone.
const ID = '100001'
const ACTIVE = 7
/** Nobody listens here. */
const NOBODY = { ip: '127.0.0.1', port: 1 }
const SETTINGS = 'use_storage_id=true\nid_type_in_filename=id\n'
const { beat, changelog, fetchStorageIds, getMyIp, join: joining, parameters } = trackerCommands
const { reportDiskUsage, syncDestRequest, syncReport, syncSourceRequest } = trackerCommands

let tracker: CommandServer
let port = 0
/** By command; an empty body to all others. */
let answers: Map<number, () => Buffer>
/** Commands that came. */
let asked: number[]
let folder: string
let storage: RunningStorage | null

function always(row: { readonly code: number }, body: Buffer | string): void {
  answers.set(row.code, () => Buffer.from(body))
}

function member(id: string, where: Partial<Brief> = {}): Brief {
  return { id, status: ACTIVE, ...NOBODY, ...where }
}

/** What every report is answered with. */
function tell(members: readonly Brief[]): void {
  const leader = { id: '', status: 0, ip: '127.0.0.1', port }
  const reply: ChangeReply = { leader, members: [member(ID), ...members] }
  for (const row of [beat, reportDiskUsage, syncReport]) always(row, row.response.encode(reply))
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-hostile-tracker-'))
  mkdirSync(join(folder, 'storage'))
  asked = []
  storage = null
  answers = new Map()
  always(parameters, SETTINGS)
  always(getMyIp, '127.0.0.1')
  always(fetchStorageIds, fetchStorageIds.response.encode({ total: 1, lines: [`${ID} group1 127.0.0.1`] }))
  always(joining, joining.response.encode({ status: ACTIVE, sourceId: '' }))
  const handler = (code: number): CommandHandler<null> => ({
    kind: 'buffered',
    bodyMax: 256 * 1024,
    handle(_request, reply) {
      asked.push(code)
      reply.ok(answers.get(code)?.() ?? Buffer.alloc(0))
    },
  })
  tracker = createCommandServer<null>({
    handlers: new Map(Object.values(trackerCommands).map(({ code }) => [code, handler(code)])),
    newState: () => null,
    limits: { maxConnections: 50, networkTimeoutMs: 60_000 },
    unknownCommand: 'answer',
    closeOnEinval: false,
  })
  port = await tracker.listen(0, '127.0.0.1')
  tell([])
})

afterEach(async () => {
  await storage?.close()
  await tracker.close(0)
  rmSync(folder, { recursive: true })
})

async function start(): Promise<void> {
  storage = await startStorage(testStorageConfig(join(folder, 'storage'), ID, port), logger)
}

function count(row: { readonly code: number }): number {
  return asked.filter((code) => code === row.code).length
}

async function hears(row: { readonly code: number }, times = 3): Promise<void> {
  const wanted = count(row) + times
  await until(`command ${row.code} came ${times} times`, () => count(row) >= wanted)
}

async function expectItServes(): Promise<void> {
  const pool = new ConnectionPool()
  const client = new StorageClient(`127.0.0.1:${storage?.tcpPort}`, pool)
  const fileId = await client.uploadFile(Buffer.from('still here'), { ext: 'txt' })
  expect((await client.downloadBuffer(fileId)).toString()).toBe('still here')
  pool.close()
}

const marks = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.includes('.mark'))
    .sort()

describe('members', () => {
  it('whose ids are paths make no file, in the folder of marks or elsewhere', async () => {
    const bad = ['../../../../x', '../100009', '/tmp/x', 'a/b', 'a\nb', 'a b', '']
    tell([...bad.map((id) => member(id)), member('100002')])
    await start()
    await hears(beat)
    expect(marks()).toEqual(['storage/data/sync/100002.mark'])
    await expectItServes()
  })

  it('without an address or a port that one can have are no harm', async () => {
    tell([
      member('100002', { ip: '', port: 0 }),
      member('100003', { ip: 'x.invalid' }),
      member('100004', { port: 2 ** 31 }),
    ])
    await start()
    await hears(beat)
    await expectItServes()
  })

  it('that are others in each answer do not become more and more', async () => {
    let serial = 200_000
    answers.set(beat.code, () => {
      serial += 30
      const others = Array.from({ length: 30 }, (_, index) => member(String(serial + index)))
      return beat.response.encode({ members: [member(ID), ...others] })
    })
    await start()
    await hears(beat, 10)
    expect(marks().length).toBeLessThan(130)
    await expectItServes()
  })
})

describe('the change log', () => {
  it('moves no files but marks of members', async () => {
    writeFileSync(join(folder, 'other.mark'), 'not of a member')
    const lines = [
      '1700000000 group1 ../../../other 4 ',
      '4000000000 group1 ../../../other 4 ',
      '999999999999 group1 100002 4 ',
    ]
    const moved = ['1700000000 group1 100003 3 ../../../../here', '1700000000 group1 ../../../other 3 100004']
    const pages = [Buffer.from(`${[...lines, ...moved].join('\n')}\n`)]
    answers.set(changelog.code, () => pages.pop() ?? Buffer.alloc(0))
    await start()
    await hears(beat)
    expect(marks()).toEqual(['other.mark'])
    await expectItServes()
  })

  it('without an end is not read for ever', async () => {
    const page = Buffer.alloc(128 * 1024, 'x')
    answers.set(changelog.code, () => page)
    await start()
    // It gives up, and joins again.
    await hears(joining, 2)
    await expectItServes()
  })
})

describe('the source of the history', () => {
  it.each([
    ['a/b', 0],
    ['a\nb', 0],
    ['100002', -1],
    ['100002', 2 ** 53 - 1],
  ])('%j until %i is not kept, and the storage starts again', async (sourceId, until) => {
    const named = syncDestRequest.response.encode({ sourceId, until })
    always(syncDestRequest, named)
    always(syncSourceRequest, named)
    await start()
    await hears(syncDestRequest, 2)
    expect(readFileSync(join(folder, 'storage/data/.data_init_flag'), 'utf8')).toContain('sync_src_server=\n')
    always(syncDestRequest, '')
    await storage?.close()
    await start()
    await hears(beat)
    await expectItServes()
  })
})

it('settings include no files of this machine', async () => {
  writeFileSync(join(folder, 'secret'), 'use_trunk_file = true\n')
  await start()
  await hears(beat)
  always(parameters, `${SETTINGS}#include ${folder}/secret\n`)
  // They are read once on every connection.
  always(beat, 'no change reply')
  await hears(joining, 1)
  tell([])
  // It joins again whenever it has read them.
  await hears(joining, 3)
  await expectItServes()
})

it.each(['../..', 'a\nb', '', '10.0.0.999'])('an own address of %j is not believed', async (address) => {
  always(getMyIp, address)
  const starting = startStorage(testStorageConfig(join(folder, 'storage'), ID, port), logger)
  await hears(getMyIp, 2)
  always(getMyIp, '127.0.0.1')
  storage = await starting
  await hears(beat)
  expect(readFileSync(join(folder, 'storage/data/.data_init_flag'), 'utf8')).toContain('last_ip_addr=127.0.0.1\n')
})
