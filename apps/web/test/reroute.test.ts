import { randomBytes } from 'node:crypto'
import { type ServerError, Status } from '@cairn/dfs-core'
import { sign } from '@cairn/dfs-core/tickets'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reconcileUploads } from '../src/features/uploads/server/reconcile.ts'
import { db } from '../src/lib/db.ts'
import { addressBook, dfs, isReachable } from '../src/lib/dfs.ts'
import { masterKeys } from '../src/lib/keys.ts'
import { listUnacknowledged } from '../src/lib/storage-service.ts'
import { startApiServer } from './support/api-server.ts'
import type { Answer, Browser } from './support/browser.ts'
import { TestCluster } from './support/cluster.ts'
import { freshDatabase } from './support/database.ts'
import { signedInBrowser } from './support/people.ts'
import { reachable, type Started, UploadClient } from './support/upload-client.ts'

// Storages that go away in the middle of an upload. The tracker and this application need some seconds to notice.

const MIB = 1024 * 1024
const SIZE = 20 * MIB
const IDS = ['100001', '100002']

const cluster = new TestCluster()
await cluster.start()
await freshDatabase()
let server: Awaited<ReturnType<typeof startApiServer>>
let browser: Browser
let client: UploadClient

beforeAll(async () => {
  server = await startApiServer()
  ;({ browser } = await signedInBrowser(server.url))
  client = new UploadClient(browser)
})
afterAll(async () => {
  await server.close()
  await cluster.close()
})

interface Placed extends Started {
  storageName: string
}

const otherThan = ({ storageName }: Placed) => IDS.find((id) => id !== storageName) ?? ''
const start = (content: Buffer, body = {}) => client.start(content, {}, body) as Promise<Placed>
const ticketOf = ({ uploadId }: Started, query = '') => browser.post(`/api/uploads/${uploadId}/ticket${query}`, {})
const rowOf = ({ uploadId }: Started) => db().upload.findUniqueOrThrow({ where: { upl: uploadId } })
const headersOf = ({ ticket }: Started) => ({ Authorization: `Bearer ${ticket}`, 'Tus-Resumable': '1.0.0' })

async function create(place: Started, size: number): Promise<void> {
  const headers = { ...headersOf(place), 'Upload-Length': String(size) }
  expect((await fetch(reachable(place.endpoint), { method: 'POST', headers })).status).toBe(201)
}

async function patch(place: Started, offset: number, body: Buffer): Promise<Response> {
  const type = 'application/offset+octet-stream'
  const headers = { ...headersOf(place), 'Upload-Offset': String(offset), 'Content-Type': type }
  return await fetch(reachable(place.uploadUrl), { method: 'PATCH', headers, body: new Uint8Array(body) })
}

async function offsetAt(place: Started): Promise<number> {
  const answer = await fetch(reachable(place.uploadUrl), { method: 'HEAD', headers: headersOf(place) })
  return Number(answer.headers.get('Upload-Offset'))
}

async function receiptAt(place: Started): Promise<string> {
  for (;;) {
    const polled = await fetch(`${reachable(place.uploadUrl)}/receipt`, { headers: headersOf(place) })
    if (polled.status === 200) return ((await polled.json()) as { receipt: string }).receipt
  }
}

/** The ticket at the other storage, once this application believes that the first one is away. */
async function movedFrom(begun: Placed, query: string): Promise<Placed> {
  let answer: Answer | undefined
  await expect
    .poll(async () => {
      answer = await ticketOf(begun, query)
      return answer.status === 200 && answer.body.storageName !== begun.storageName
    })
    .toBe(true)
  return { ...begun, ...answer?.body }
}

/** Half of an upload, at its storage and at the other one. */
async function half(content: Buffer): Promise<Placed> {
  const begun = await start(content)
  await create(begun, SIZE)
  expect((await patch(begun, 0, content.subarray(0, SIZE / 2))).status).toBe(204)
  const other = dfs().storage(`127.0.0.1:${cluster.storages.get(otherThan(begun))?.tcpPort}`)
  const shipped = async () => (await other.partStat(begun.uploadId).catch(() => null))?.offset
  await expect.poll(shipped).toBe(SIZE / 2)
  return begun
}

/** A storage runs again, and this application knows it: it hears of it from the tracker, a moment later. */
async function restart(id: string): Promise<void> {
  await cluster.startStorage(id)
  await cluster.whenActive(IDS)
  const known = async () => (await addressBook().members()).filter(isReachable).length
  await expect.poll(known).toBe(IDS.length)
}

describe('an upload that nothing happens to', () => {
  it('is settled with the storage that took it and with the one that kept a copy, and its file stays', async () => {
    const content = randomBytes(SIZE)
    const begun = await half(content)
    await patch(begun, SIZE / 2, content.subarray(SIZE / 2))
    const receipt = await receiptAt(begun)
    const unsettled = async () => {
      const members = (await addressBook().members()).filter(isReachable)
      return (await Promise.all(members.map((member) => listUnacknowledged(member)))).flat().map(({ upl }) => upl)
    }
    expect(await unsettled()).toEqual([begun.uploadId, begun.uploadId])
    expect(await client.complete(begun, receipt)).toMatchObject({ ok: true })
    await reconcileUploads(0)
    expect(await unsettled()).toEqual([])
    expect(await db().dfsGarbage.count()).toBe(0)
  })
})

describe('an upload whose storage is gone', () => {
  it('goes on at the other one, from what it has, and is what the person gets', async () => {
    const content = randomBytes(SIZE)
    const begun = await half(content)
    await cluster.stopStorage(begun.storageName)
    const moved = await movedFrom(begun, `?sent=${SIZE / 2}`)
    expect(await rowOf(begun)).toMatchObject({ epoch: 2, storageId: moved.storageName })
    expect(await offsetAt(moved)).toBe(SIZE / 2)
    await patch(moved, SIZE / 2, content.subarray(SIZE / 2))
    const done = await client.complete(moved, await receiptAt(moved))
    expect(done).toMatchObject({ ok: true, entry: { size: SIZE } })
    await restart(begun.storageName)
    await expect.poll(async () => (await patch(begun, SIZE / 2, content.subarray(SIZE / 2))).status).toBe(410)
  })

  it('goes on at the other one also when its own is there and has lost it', async () => {
    const content = randomBytes(SIZE)
    const begun = await half(content)
    await cluster.stopStorage(begun.storageName)
    cluster.loseUploads(begun.storageName)
    await restart(begun.storageName)
    const { body } = await ticketOf(begun, `?sent=${SIZE / 2}`)
    expect(body).toMatchObject({ storageName: otherThan(begun), startsOver: false })
    const moved = { ...begun, ...body }
    expect(await offsetAt(moved)).toBe(SIZE / 2)
    await patch(moved, SIZE / 2, content.subarray(SIZE / 2))
    expect(await client.complete(moved, await receiptAt(moved))).toMatchObject({ ok: true, entry: { size: SIZE } })
  })

  it('begins again elsewhere when little was sent and nobody has it', async () => {
    const begun = await start(randomBytes(4000))
    await cluster.stopStorage(begun.storageName)
    const content = randomBytes(4000)
    const moved = await movedFrom(begun, '?sent=0')
    expect(await client.complete(moved, await client.send(moved, content))).toMatchObject({ ok: true })
    await restart(begun.storageName)
  })

  it('waits when nobody else answers, and goes on where it was', async () => {
    const content = randomBytes(SIZE)
    const begun = await half(content)
    for (const id of IDS) await cluster.stopStorage(id)
    await expect.poll(async () => (await ticketOf(begun, `?sent=${SIZE / 2}`)).body.code).toBe('no_storage')
    for (const id of IDS) await cluster.startStorage(id)
    await cluster.whenActive(IDS)
    // A new upload goes where the tracker says, however old this application's own list is.
    expect(await start(randomBytes(4000))).toMatchObject({ ok: true })
    const again = await ticketOf(begun, `?sent=${SIZE / 2}`)
    expect(again.body).toMatchObject({ storageName: begun.storageName })
    expect(await offsetAt({ ...begun, ...again.body })).toBe(SIZE / 2)
  })
})

describe('an upload whose storage serves its browser', () => {
  it('stays there, also when this application cannot reach it', async () => {
    const begun = await half(randomBytes(SIZE))
    await cluster.stopStorage(begun.storageName)
    for (let tries = 0; tries < 3; tries += 1) {
      const { status, body } = await ticketOf(begun)
      expect([status, body.storageName]).toEqual([200, begun.storageName])
    }
    expect((await rowOf(begun)).epoch).toBe(1)
    await restart(begun.storageName)
  })

  it('stays there when the browser lost it for a moment', async () => {
    const begun = await half(randomBytes(SIZE))
    const { body } = await ticketOf(begun, `?sent=${SIZE / 2}`)
    expect(body.storageName).toBe(begun.storageName)
    expect((await rowOf(begun)).epoch).toBe(1)
  })
})

describe('an upload whose browser is shut out of a storage that answers here', () => {
  it('goes on at the other one after a minute, from what it has', async () => {
    const begun = await half(randomBytes(SIZE))
    const { body } = await ticketOf(begun, `?sent=${SIZE / 2}&silentSeconds=60`)
    expect(body).toMatchObject({ storageName: otherThan(begun), startsOver: false })
    expect(await offsetAt({ ...begun, ...body })).toBe(SIZE / 2)
  })

  it('begins again at the other one after a minute when nothing of it lies there', async () => {
    const content = randomBytes(4000)
    const begun = await start(content)
    const { body } = await ticketOf(begun, '?sent=0&silentSeconds=60')
    expect(body).toMatchObject({ storageName: otherThan(begun), startsOver: true })
    const moved = { ...begun, ...body }
    expect(await client.complete(moved, await client.send(moved, content))).toMatchObject({ ok: true })
  })
})

describe('an upload whose storage says that it cannot write', () => {
  it('goes on at the other one at once, from what it has', async () => {
    const begun = await half(randomBytes(SIZE))
    const { body } = await ticketOf(begun, `?sent=${SIZE / 2}&unable=true`)
    expect(body).toMatchObject({ storageName: otherThan(begun), startsOver: false })
    expect(await offsetAt({ ...begun, ...body })).toBe(SIZE / 2)
  })

  it('begins at the other one at once when nothing was sent, whichever is in turn', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const content = randomBytes(4000)
      const begun = await start(content)
      const { body } = await ticketOf(begun, '?sent=0&unable=true')
      expect(body).toMatchObject({ storageName: otherThan(begun), startsOver: true })
      const moved = { ...begun, ...body }
      expect(await client.complete(moved, await client.send(moved, content))).toMatchObject({ ok: true })
    }
  })

  it('keeps nothing of it when the upload is complete at the other one, or was given up there', async () => {
    for (const end of ['complete', 'give up']) {
      // Too small to be copied while it comes, so the storages tell each other nothing.
      const content = randomBytes(MIB)
      const begun = await start(content)
      await create(begun, MIB)
      expect((await patch(begun, 0, content.subarray(0, MIB / 2))).status).toBe(204)
      const { body } = await ticketOf(begun, `?sent=${MIB / 2}&unable=true`)
      const moved = { ...begun, ...body }
      expect(moved.storageName).toBe(otherThan(begun))
      const former = dfs().storage(`127.0.0.1:${cluster.storages.get(begun.storageName)?.tcpPort}`)
      if (end === 'complete') {
        expect(moved.startsOver).toBe(true)
        expect(await client.complete(moved, await client.send(moved, content))).toMatchObject({ ok: true })
      } else await browser.delete(`/api/uploads/${begun.uploadId}`)
      await expect
        .poll(async () => await former.partStat(begun.uploadId).catch(({ status }: ServerError) => status))
        .toBe(Status.ENOENT)
    }
  })

  it('is remembered by its page: what is begun from now on goes to the other one, whichever is in turn', async () => {
    for (const avoided of [...IDS, ...IDS]) {
      const { storageName } = await start(randomBytes(4000), { avoid: [avoided] })
      expect(storageName).not.toBe(avoided)
    }
  })

  it('takes what is begun when there is no other one', async () => {
    const { storageName } = await start(randomBytes(4000), { avoid: IDS })
    expect(IDS).toContain(storageName)
  })

  it('waits there when there is no other one, and keeps its place', async () => {
    const begun = await start(randomBytes(4000))
    await cluster.stopStorage(otherThan(begun))
    await expect.poll(async () => (await ticketOf(begun, '?sent=0&unable=true')).body.code).toBe('no_storage')
    expect((await ticketOf(begun)).body).toMatchObject({ storageName: begun.storageName })
    await restart(otherThan(begun))
  })
})

describe('an upload whose ticket has expired', () => {
  it('is refused in a word that pages may read, and goes on with another ticket from what is there', async () => {
    const content = randomBytes(SIZE)
    const begun = await half(content)
    const payload = JSON.parse(Buffer.from(begun.ticket.split('.')[2] ?? '', 'base64url').toString())
    const past = Math.floor(Date.now() / 1000) - 3600
    const ticket = sign({ ...payload, iat: past - 60, exp: past }, masterKeys().ticketRing('group1'))
    const refused = await patch({ ...begun, ticket }, SIZE / 2, content.subarray(SIZE / 2))
    expect([refused.status, refused.headers.get('Cairn-Error')]).toEqual([401, 'ticket_expired'])
    const { body } = await ticketOf(begun)
    const renewed = { ...begun, ...body }
    expect(await offsetAt(renewed)).toBe(SIZE / 2)
    expect((await patch(renewed, SIZE / 2, content.subarray(SIZE / 2))).status).toBe(204)
    expect(await client.complete(renewed, await receiptAt(renewed))).toMatchObject({ ok: true })
  })
})

describe('a storage that finishes what went on elsewhere', () => {
  it('has no say: neither its receipt nor its file is taken', async () => {
    const content = randomBytes(MIB)
    const begun = await start(content)
    const late = await client.send(begun, content)
    await db().upload.update({
      where: { upl: begun.uploadId },
      data: { epoch: 2, storageId: otherThan(begun) },
    })
    expect(await client.complete(begun, late)).toMatchObject({ ok: false })
    await reconcileUploads(0)
    expect(await db().dfsGarbage.count()).toBe(0)
    await browser.delete(`/api/uploads/${begun.uploadId}`)
    await reconcileUploads(0)
    expect(await db().dfsGarbage.count({ where: { reason: 'the upload had ended' } })).toBe(1)
  })
})
