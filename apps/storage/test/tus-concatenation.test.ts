import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { UploadTicket } from '@cairn/dfs-core/tickets'
import { describe, expect, it } from 'vitest'
import { receiptIn, receiptOf, tusCalls } from './http/http-call.ts'
import { ownWebStorage } from './http/own-web-storage.ts'
import { createWebKeys, MEMBER, newFolder, newUploadId, removeFolder, sha256, storedFiles } from './http/web-storage.ts'

const used = ownWebStorage()

function upload(len: number, fields: Partial<UploadTicket> = {}) {
  const upl = newUploadId()
  return { upl, ...tusCalls(used.storage.http.port, upl, used.web.upload({ upl, len, ...fields })) }
}

async function partial(content: Buffer, fields: Partial<UploadTicket> = {}) {
  const made = upload(content.length, fields)
  expect((await made.create(content.length, { 'Upload-Concat': 'partial' })).status).toBe(201)
  expect((await made.patch(0, content)).status).toBe(204)
  return made
}

const listOf = (uploads: { upl: string }[]) => `final;${uploads.map(({ upl }) => `/files/${upl}`).join(' ')}`

/** The request that joins; `Upload-Length` is not part of it. */
function joinRequest(final: { upl: string }, ticket: string, list: string) {
  return fetch(`${used.storage.url}/files/`, {
    method: 'POST',
    headers: { 'Tus-Resumable': '1.0.0', Authorization: `Bearer ${ticket}`, 'Upload-Concat': list },
  }).then(async (answer) => ({ upl: final.upl, status: answer.status, code: answer.headers.get('cairn-error') }))
}

function joinOf(uploads: { upl: string }[], len: number, fields: Partial<UploadTicket> = {}) {
  const upl = newUploadId()
  return joinRequest({ upl }, used.web.upload({ upl, len, ...fields }), listOf(uploads))
}

async function readReceipt(upl: string, len: number) {
  return used.web.receipt(await receiptOf(tusCalls(used.storage.http.port, upl, used.web.upload({ upl, len }))))
}

function createDeferred(upl: string, lenMax: number) {
  const ticket = used.web.upload({ upl, len: lenMax })
  return fetch(`${used.storage.url}/files/`, {
    method: 'POST',
    headers: { 'Tus-Resumable': '1.0.0', Authorization: `Bearer ${ticket}`, 'Upload-Defer-Length': '1' },
  })
}

const contentOf = (fid: string) => readFileSync(join(used.folder, 'path0', 'data', fid.split('/').slice(2).join('/')))
const partNames = () =>
  readdirSync(join(used.folder, 'path0/data/.cairn-parts'), { recursive: true }).filter((name) =>
    String(name).endsWith('.part'),
  )

describe('partial uploads', () => {
  it('are joined in their order to one file, and then gone', async () => {
    const pieces = [randomBytes(1_500_000), randomBytes(1), randomBytes(2_000_000)]
    const parts = await Promise.all(pieces.map((piece) => partial(piece)))
    const whole = Buffer.concat(pieces)
    const { upl, status } = await joinOf(parts, whole.length)
    expect(status).toBe(201)
    const receipt = await readReceipt(upl, whole.length)
    expect([receipt.size, receipt.sha256]).toEqual([whole.length, sha256(whole)])
    expect(contentOf(receipt.fid).equals(whole)).toBe(true)
    await expect.poll(partNames).toEqual([])
    expect((await parts[0]?.head())?.status).toBe(410)
    await expect.poll(() => storedFiles(used.folder).length).toBe(2)
  })

  it('are gone, too, when the storage is stopped as soon as there is a receipt', async () => {
    const parts = await Promise.all(Array.from({ length: 20 }, () => partial(randomBytes(1000))))
    const { upl } = await joinOf(parts, 20_000)
    await readReceipt(upl, 20_000)
    await used.stop()
    expect(partNames()).toEqual([])
    await used.start()
  })

  it('never become files of their own', async () => {
    const { upl, receipt } = await partial(Buffer.from('hello'))
    expect((await receipt()).status).toBe(202)
    await used.restart()
    expect(used.storage.parts.progress(upl)).toMatchObject({ state: 'open', offset: 5 })
    expect(used.storage.parts.ledgers.finished(upl)).toBeNull()
  })

  it('go on being joined after a restart in the middle', async () => {
    const pieces = [randomBytes(6_000_000), randomBytes(6_000_000)]
    const parts = await Promise.all(pieces.map((piece) => partial(piece)))
    const { upl, status } = await joinOf(parts, 12_000_000)
    expect(status).toBe(201)
    await used.restart()
    const receipt = await readReceipt(upl, 12_000_000)
    expect(receipt.sha256).toBe(sha256(Buffer.concat(pieces)))
    await expect.poll(partNames).toEqual([])
  })

  it('may be joined once more in the same list', async () => {
    const part = await partial(Buffer.from('ab'))
    const { upl } = await joinOf([part, part], 4)
    expect(contentOf((await readReceipt(upl, 4)).fid).toString()).toBe('abab')
  })

  it('are joined once, however often that is asked for', async () => {
    const parts = [await partial(Buffer.from('hello')), await partial(Buffer.from(' world'))]
    const upl = newUploadId()
    const ticket = used.web.upload({ upl, len: 11 })
    expect((await joinRequest({ upl }, ticket, listOf(parts))).status).toBe(201)
    const first = await readReceipt(upl, 11)
    expect((await joinRequest({ upl }, ticket, listOf(parts))).status).toBe(201)
    expect(await readReceipt(upl, 11)).toEqual(first)
    await expect.poll(() => storedFiles(used.folder).length).toBe(2)
  })

  it('of somebody else are not there to be joined', async () => {
    const other = await partial(Buffer.from('hello'), { own: 'owner2' })
    const { upl, status, code } = await joinOf([other], 5)
    expect([status, code]).toEqual([404, 'not_found'])
    expect(used.storage.parts.isUnknown(upl)).toBe(true)
    expect((await other.head()).headers['upload-offset']).toBe('5')
  })

  it.each([
    ['more than the ticket allows', 4, 413, 'too_large'],
    ['less than the ticket is for', 6, 400, 'length_mismatch'],
  ])('with %s are refused', async (_name, len, status, code) => {
    const answer = await joinOf([await partial(Buffer.from('hello'))], len)
    expect([answer.status, answer.code]).toEqual([status, code])
    expect(partNames().length).toBe(1)
  })

  it('that are not complete, or not partial, are refused', async () => {
    const open = upload(10)
    await open.create(10, { 'Upload-Concat': 'partial' })
    expect((await joinOf([open], 10)).code).toBe('bad_request')
    const whole = upload(200_000)
    await whole.create(200_000)
    expect((await joinOf([whole], 200_000)).code).toBe('bad_request')
  })

  it('that are lost end what was to be joined from them, and say so', async () => {
    const part = await partial(randomBytes(2_000_000))
    truncateSync(join(used.folder, 'path0/data/.cairn-parts', part.upl.slice(0, 2), `${part.upl}.part`), 1_000_000)
    const upl = newUploadId()
    const ticket = used.web.upload({ upl, len: 2_000_000 })
    const calls = tusCalls(used.storage.http.port, upl, ticket)
    expect((await joinRequest({ upl }, ticket, listOf([part]))).status).toBe(201)
    // It is locked as long as it is read.
    await expect.poll(async () => (await part.end()).status).toBe(204)
    expect((await calls.receipt()).status).toBe(410)
    expect((await calls.head()).status).toBe(410)
    expect((await joinRequest({ upl }, ticket, listOf([part]))).code).toBe('gone')
    expect(partNames()).toEqual([])
  })

  it('whose storage is gone are not there at another one, which stores nothing of the list, and wait for their own', async () => {
    const [first, second] = [randomBytes(400_000), randomBytes(300_000)]
    const lost = await partial(first)
    const headOfLost = () => {
      return tusCalls(used.storage.http.port, lost.upl, used.web.upload({ upl: lost.upl, len: first.length })).head()
    }
    await used.stop()
    const elsewhere = newFolder()
    createWebKeys(used.folder, MEMBER, elsewhere)
    await used.start({ folder: elsewhere })
    expect((await headOfLost()).status).toBe(404)
    const { upl, status, code } = await joinOf([lost, await partial(second)], first.length + second.length)
    expect([status, code]).toEqual([404, 'not_found'])
    expect(used.storage.parts.isUnknown(upl)).toBe(true)
    expect(storedFiles(elsewhere).filter((name) => !name.startsWith('.cairn-parts'))).toEqual([])
    await used.stop()
    removeFolder(elsewhere)
    await used.start()
    expect((await headOfLost()).headers['upload-offset']).toBe(String(first.length))
  })

  it('can be ended, and what is joined from others too', async () => {
    const part = await partial(randomBytes(3_000_000))
    const { upl } = await joinOf([part], 3_000_000)
    const ended = await tusCalls(used.storage.http.port, upl, used.web.upload({ upl, len: 3_000_000 })).end()
    expect([204, 403]).toContain(ended.status)
    const again = await part.end()
    expect([204, 410]).toContain(again.status)
    await expect.poll(partNames).toEqual([])
  })
})

describe('what a client says about an upload', () => {
  it('is told by HEAD while it runs, when it is finished, and after a restart', async () => {
    const metadata = 'filename aGVsbG8udHh0,is_confidential'
    const made = upload(5)
    await made.create(5, { 'Upload-Metadata': metadata })
    expect((await made.head()).headers['upload-metadata']).toBe(metadata)
    await made.patch(0, Buffer.from('hello'))
    expect((await made.head()).headers['upload-metadata']).toBe(metadata)
    await used.restart()
    const { head } = tusCalls(used.storage.http.port, made.upl, used.web.upload({ upl: made.upl, len: 5 }))
    expect((await head()).headers['upload-metadata']).toBe(metadata)
  })
})

describe('an upload whose length is told later', () => {
  it('keeps what was told over a restart, and becomes a file', async () => {
    const made = upload(1_000_000)
    const created = await createDeferred(made.upl, 1_000_000)
    expect(created.status).toBe(201)
    await made.patch(0, Buffer.from('hello'))
    await used.restart()
    const again = tusCalls(used.storage.http.port, made.upl, used.web.upload({ upl: made.upl, len: 1_000_000 }))
    expect((await again.head()).headers['upload-defer-length']).toBe('1')
    const last = await again.patch(5, Buffer.from(' world'), { 'Upload-Length': '11' })
    expect(used.web.receipt(await receiptIn(last, again)).sha256).toBe(sha256(Buffer.from('hello world')))
  })

  it('may not have more than its ticket allows', async () => {
    const made = upload(10)
    await createDeferred(made.upl, 10)
    expect((await made.patch(0, Buffer.alloc(11))).status).toBe(413)
    expect((await made.patch(0, Buffer.alloc(1), { 'Upload-Length': '11' })).status).toBe(413)
    expect((await made.head()).headers['upload-offset']).toBe('0')
  })

  it('whose body does not match its checksum has no length yet', async () => {
    const made = upload(10)
    await createDeferred(made.upl, 10)
    const wrong = { 'Upload-Length': '5', 'Upload-Checksum': 'crc32 AAAAAA==' }
    expect((await made.patch(0, Buffer.from('hello'), wrong)).status).toBe(460)
    expect((await made.head()).headers['upload-defer-length']).toBe('1')
    expect((await made.patch(0, Buffer.from('hello'), { 'Upload-Length': '5' })).status).toBe(204)
  })
})
