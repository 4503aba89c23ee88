import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  addMasterKey,
  formatKeyFile,
  openMasterKeys,
  type ServiceOp,
  sign,
  switchMasterKey,
} from '@cairn/dfs-core/tickets'
import { describe, expect, it } from 'vitest'
import { call, receiptIn, tusCalls } from './http/http-call.ts'
import { ownWebStorage } from './http/own-web-storage.ts'
import { GROUP, MEMBER, newUploadId, sha256, storedFiles } from './http/web-storage.ts'

const used = ownWebStorage()

function service(op: ServiceOp, body: object, ticket = used.web.service(op, JSON.stringify(body))) {
  const headers = { Authorization: `Bearer ${ticket}`, 'Content-Type': 'application/json' }
  return call(used.port, { method: 'POST', path: `/cairn/v1/${op}`, headers, body: JSON.stringify(body) })
}

function upload(len: number) {
  const upl = newUploadId()
  return { upl, ...tusCalls(used.port, upl, used.web.upload({ upl, len })) }
}

async function finished(content = randomBytes(100)): Promise<string> {
  const { upl, ...calls } = upload(content.length)
  const answer = await calls.createWith(content.length, content)
  expect(answer.status).toBe(201)
  await receiptIn(answer, calls)
  return upl
}

async function listed(body: object = {}): Promise<string[]> {
  const { json } = await service('list', body)
  return (json['uploads'] as { upl: string }[]).map(({ upl }) => upl)
}

describe('the web application', () => {
  it('lists the finished uploads that it does not know, until it acknowledges them', async () => {
    const content = randomBytes(70_000)
    const first = await finished(content)
    const second = await finished()
    const third = await finished()
    await upload(10).create(10)
    expect(await listed()).toEqual([first, second, third])
    expect(await listed({ after: first })).toEqual([second, third])
    const { json } = await service('list', {})
    const [upload1] = json['uploads'] as { receipt: string }[]
    expect(used.web.receipt(upload1?.receipt ?? '')).toMatchObject({ upl: first, sha256: sha256(content) })

    const unknown = newUploadId()
    expect((await service('ack', { upls: [second, unknown] })).json).toEqual({ done: [second] })
    expect((await service('ack', { upls: [second] })).json).toEqual({ done: [second] })
    expect(await listed()).toEqual([first, third])
    await used.stop()
    await used.start()
    expect(await listed()).toEqual([first, third])
    const { json: stat } = await service('stat', { upls: [first, second, unknown] })
    expect(stat['parts']).toEqual([
      { upl: first, ep: 1, offset: 70_000, state: 'linked' },
      { upl: second, ep: 1, offset: 100, state: 'acked' },
    ])
  })

  it('drops open uploads, and leaves finished ones', async () => {
    const done = await finished()
    const open = upload(1000)
    await open.create(1000)
    await open.patch(0, Buffer.alloc(500))
    const files = storedFiles(used.folder).filter((name) => !name.startsWith('.cairn-parts'))
    expect((await service('stat', { upls: [open.upl] })).json['parts']).toEqual([
      { upl: open.upl, ep: 1, offset: 500, state: 'open' },
    ])
    const unknown = newUploadId()
    expect((await service('drop', { upls: [open.upl, done, unknown] })).json).toEqual({ done: [open.upl, unknown] })
    expect(storedFiles(used.folder)).toEqual(files)
    expect((await open.head()).status).toBe(410)
  })

  it('lists the uploads that are not finished by name, copies among them', async () => {
    await finished()
    const [copied, ...own] = [newUploadId(), newUploadId(), newUploadId()] as const
    for (const upl of own) await tusCalls(used.port, upl, used.web.upload({ upl, len: 10 })).create(10)
    const about = { len: 10, lenMax: 10, ext: 'bin', own: '', ent: '', metadata: '', concat: '', storePathIndex: 0 }
    await used.storage.parts.copies.write({ upl: copied, ep: 1 }, { offset: 0, data: Buffer.alloc(0), crc32: 0, about })
    const names = [copied, ...own].sort()
    expect((await service('list', { open: true })).json).toEqual({ uploads: [], open: names })
    expect((await service('list', { open: true, after: names[0] })).json).toEqual({ uploads: [], open: names.slice(1) })
  })

  it('hears how much room there is', async () => {
    const { json } = await service('status', {})
    expect(json).toMatchObject({
      group: GROUP,
      storageId: MEMBER,
      httpPort: used.port,
      version: '0.1.0',
      files: 0,
    })
    const [path] = json['storePaths'] as { totalBytes: number; freeBytes: number; reservedBytes: number }[]
    expect(path?.freeBytes).toBeGreaterThan(0)
    expect(path?.totalBytes).toBeGreaterThan(path?.freeBytes ?? 0)
    expect(path?.reservedBytes).toBe(1024 * 1024)
    expect((json['kids'] as string[]).length).toBe(1)
  })
})

describe('a service call is refused', () => {
  const body = { upls: [] }

  it.each<[string, () => ReturnType<typeof service>, number, string]>([
    [
      'with a ticket for another call',
      () => service('ack', body, used.web.service('drop', JSON.stringify(body))),
      403,
      'forbidden',
    ],
    [
      'with a ticket for another body',
      () => service('ack', body, used.web.service('ack', '{"upls":["x"]}')),
      403,
      'forbidden',
    ],
    [
      'with a ticket for another member',
      () => service('ack', body, used.web.service('ack', JSON.stringify(body), { mem: '100002' })),
      403,
      'forbidden',
    ],
    [
      'with an expired ticket',
      () => service('ack', body, used.web.service('ack', JSON.stringify(body), { exp: 1 })),
      401,
      'ticket_expired',
    ],
    [
      'with an upload ticket',
      () => service('ack', body, used.web.upload({ upl: newUploadId(), len: 1 })),
      401,
      'ticket_invalid',
    ],
    ['without what it needs', () => service('ack', { upl: [] }), 400, 'bad_request'],
    ['with names that are none', () => service('ack', { upls: ['../../etc'] }), 400, 'bad_request'],
    [
      'with too many names',
      () => service('ack', { upls: Array.from({ length: 1001 }, newUploadId) }),
      400,
      'bad_request',
    ],
    ['with a long body', () => service('ack', { upls: [], more: 'x'.repeat(70_000) }), 413, 'too_large'],
  ])('%s', async (_name, ask, status, code) => {
    const answer = await ask()
    expect([answer.status, answer.json['code']]).toEqual([status, code])
    expect((await service('status', {})).status).toBe(200)
  })

  it('by GET, or without a ticket, or when it is none of ours', async () => {
    const ask = async (method: string, path: string) => (await call(used.port, { method, path })).status
    expect(await ask('GET', '/cairn/v1/list')).toBe(405)
    expect(await ask('POST', '/cairn/v1/list')).toBe(401)
    expect(await ask('POST', '/cairn/v1/list/..')).toBe(404)
  })
})

describe('keys', () => {
  it('that are rotated work at once, and old tickets as long as their key is there', async () => {
    const old = upload(10)
    const path = join(used.folder, 'master.json')
    const added = addMasterKey(JSON.parse(readFileSync(path, 'utf8')))
    const rotated = openMasterKeys(formatKeyFile(switchMasterKey(added.file, added.kid)))
    writeFileSync(join(used.folder, 'keys.new'), formatKeyFile(rotated.exportStorageKeys(GROUP, MEMBER)), {
      mode: 0o600,
    })
    renameSync(join(used.folder, 'keys.new'), join(used.folder, 'keys.json'))
    const now = Math.floor(Date.now() / 1000)
    const upl = newUploadId()
    const ops = ['create', 'write', 'head', 'end'] as const
    const ticket = sign(
      {
        typ: 'up',
        grp: GROUP,
        mem: MEMBER,
        upl,
        ep: 1,
        len: 10,
        ext: '',
        own: 'o',
        ent: 'e',
        ops,
        iat: now,
        exp: now + 60,
      },
      rotated.ticketRing(GROUP),
    )
    const answer = await tusCalls(used.port, upl, ticket).createWith(10, Buffer.alloc(10))
    expect(answer.status).toBe(201)
    expect(String(answer.headers['cairn-receipt'])).toContain(`v1.${added.kid}.`)
    expect((await old.create(10)).status).toBe(201)
  })

  it('that cannot be read leave the old ones in force', async () => {
    writeFileSync(join(used.folder, 'keys.json'), '{ half')
    expect((await upload(10).create(10)).status).toBe(201)
  })
})
