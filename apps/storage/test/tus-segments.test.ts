import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, parseFileId } from '@cairn/dfs-core'
import { describe, expect, it } from 'vitest'
import { call, type HttpAnswer, receiptIn, receiptOf, TUS_BODY, tusCalls } from './http/http-call.ts'
import { ownWebStorage } from './http/own-web-storage.ts'
import { openRequest, segmentCalls } from './http/segment-calls.ts'
import { newUploadId, sha256, storedFiles } from './http/web-storage.ts'

// Several segments of one upload at once (decision 064).

const MIB = 1024 * 1024
const AHEAD = 16 * MIB

const used = ownWebStorage()

function upload(content: Buffer, fields: object = {}) {
  const upl = newUploadId()
  const ticket = used.web.upload({ upl, len: content.length, ...fields })
  const { port } = used.storage.http
  const segments = segmentCalls(port, upl, ticket)
  const send = (off: number, end: number) => segments.create(off, content.subarray(off, end))
  return { upl, ticket, content, segments, send, ...tusCalls(port, upl, ticket) }
}

async function opened(content: Buffer) {
  const made = upload(content)
  expect((await made.create(content.length)).status).toBe(201)
  return made
}

/** Status, bytes of the segment, prefix of the upload. */
function told({ status, headers }: Pick<HttpAnswer, 'status' | 'headers'>): [number, number, number] {
  return [status, Number(headers['upload-offset']), Number(headers['upload-prefix'])]
}

const refusal = ({ status, headers }: Pick<HttpAnswer, 'status' | 'headers'>) => [status, headers['cairn-error']]
const offsetOf = async (calls: Pick<ReturnType<typeof tusCalls>, 'head'>) =>
  Number((await calls.head()).headers['upload-offset'])
const partPath = (upl: string) => join(used.folder, 'path0/data/.cairn-parts', upl.slice(0, 2), `${upl}.part`)
const progressOf = (upl: string) => used.storage.parts.progress(upl)?.offset

async function expectStored(token: string, content: Buffer): Promise<void> {
  const receipt = used.web.receipt(token)
  const { logicName } = parseFileId(receipt.fid)
  const relative = logicName.slice('M00/'.length)
  expect(receipt).toMatchObject({ size: content.length, crc32: crc32(content), sha256: sha256(content) })
  expect(readFileSync(join(used.folder, 'path0/data', relative)).equals(content)).toBe(true)
  await expect.poll(() => storedFiles(used.folder)).toEqual([relative, `${relative}-m`])
}

describe('an upload in segments', () => {
  it.each(['none', 'group', 'each'] as const)(
    '%s: is the same file, in whatever order they come',
    async (durability) => {
      await used.stop()
      await used.start({ durability })
      const made = await opened(randomBytes(5_000_000))
      expect(told(await made.send(3_000_000, 4_000_000))).toEqual([201, 1_000_000, 0])
      expect(told(await made.send(1_000_000, 3_000_000))).toEqual([201, 2_000_000, 0])
      const first = await made.send(0, 1_000_000)
      expect([...told(first), first.headers.location]).toEqual([201, 1_000_000, 4_000_000, `/files/${made.upl}.0`])
      const last = await made.send(4_000_000, 5_000_000)
      expect(told(last)).toEqual([201, 1_000_000, 5_000_000])
      await expectStored(await receiptIn(last, made), made.content)
    },
  )

  it('goes through three lanes at once', async () => {
    const made = await opened(randomBytes(9 * MIB + 17))
    let next = 0
    let receipt: string | undefined
    const lane = async () => {
      while (next < made.content.length) {
        const off = next
        next = Math.min(made.content.length, off + MIB)
        const answer = await made.send(off, next)
        expect(answer.status).toBe(201)
        receipt ??= answer.headers['cairn-receipt']?.toString()
      }
    }
    await Promise.all([lane(), lane(), lane()])
    await expectStored(receipt ?? (await receiptOf(made)), made.content)
  })

  it('is told where it takes them, and only there', async () => {
    const content = randomBytes(200_000)
    const made = upload(content)
    expect((await made.create(content.length)).headers['upload-ahead']).toBe(`${AHEAD}`)
    expect((await made.patch(0, content.subarray(0, 10))).headers['upload-ahead']).toBe(`${AHEAD}`)
    expect((await made.head()).headers['upload-ahead']).toBe(`${AHEAD}`)
    expect((await made.patch(10, content.subarray(10))).headers['upload-ahead']).toBeUndefined()
    expect((await made.head()).headers['upload-ahead']).toBeUndefined()
    const partial = upload(content)
    expect(
      (await partial.create(content.length, { 'Upload-Concat': 'partial' })).headers['upload-ahead'],
    ).toBeUndefined()
    expect(refusal(await partial.send(0, 10))).toEqual([403, 'forbidden'])
    const deferred = upload(content)
    const headers = { ...TUS_BODY, Authorization: `Bearer ${deferred.ticket}`, 'Upload-Defer-Length': '1' }
    await call(used.storage.http.port, { method: 'POST', path: '/files', headers })
    expect((await deferred.head()).headers['upload-ahead']).toBeUndefined()
    expect(refusal(await deferred.send(0, 10))).toEqual([403, 'forbidden'])
  })

  it('has a prefix that follows a segment while it is written, and its rest comes by PATCH', async () => {
    const made = await opened(randomBytes(1_000_000))
    await made.send(600_000, 1_000_000)
    const slow = made.segments.begin(0, 600_000)
    await slow.send(made.content.subarray(0, 200_000))
    await expect.poll(() => progressOf(made.upl)).toBe(200_000)
    slow.destroy()
    expect(told(await made.segments.head(0))).toEqual([200, 200_000, 200_000])
    expect(refusal(await made.segments.patch(0, 100_000, made.content.subarray(100_000, 600_000)))).toEqual([
      409,
      'offset_conflict',
    ])
    const last = await made.segments.patch(0, 200_000, made.content.subarray(200_000, 600_000))
    expect(told(last)).toEqual([204, 600_000, 1_000_000])
    await expectStored(await receiptIn(last, made), made.content)
  })

  it('answers a creation that is sent again with what is there', async () => {
    const made = await opened(randomBytes(1_000_000))
    await made.send(500_000, 700_000)
    expect(told(await made.send(500_000, 700_000))).toEqual([201, 200_000, 0])
    expect(told(await made.segments.head(500_000))).toEqual([200, 200_000, 0])
    await made.send(0, 500_000)
    expect(told(await made.send(500_000, 700_000))).toEqual([201, 200_000, 700_000])
    expect(refusal(await made.send(500_000, 700_001))).toEqual([409, 'offset_conflict'])
    const passed = await made.segments.head(500_000)
    expect([passed.status, passed.headers['upload-prefix']]).toEqual([410, '700000'])
    expect(refusal(await made.segments.patch(500_000, 200_000, Buffer.alloc(0)))).toEqual([410, 'gone'])
    const last = await made.send(700_000, 1_000_000)
    await expectStored(await receiptIn(last, made), made.content)
    const again = await made.send(700_000, 1_000_000)
    expect(told(again)).toEqual([201, 300_000, 1_000_000])
    expect(used.web.receipt(String(again.headers['cairn-receipt'])).sha256).toBe(sha256(made.content))
  })

  it('can be created without bytes, asked for, and given up', async () => {
    const made = await opened(randomBytes(1_000_000))
    expect(told(await made.segments.createEmpty(400_000, 100_000))).toEqual([201, 0, 0])
    expect(told(await made.segments.patch(400_000, 0, made.content.subarray(400_000, 450_000)))).toEqual([
      204, 50_000, 0,
    ])
    expect((await made.segments.head(400_000)).headers).toMatchObject({
      'upload-length': '100000',
      'upload-concat': 'partial',
    })
    expect((await made.segments.end(400_000)).status).toBe(204)
    expect(refusal(await made.segments.head(400_000))).toEqual([404, 'not_found'])
    expect((await made.send(420_000, 1_000_000)).status).toBe(201)
    await expectStored(await receiptIn(await made.send(0, 420_000), made), made.content)
  })
})

describe('a request for the upload itself', () => {
  it('stops the segments that are under way, and leaves what has no gap', async () => {
    const made = await opened(randomBytes(2_000_000))
    const ahead = made.segments.begin(500_000, 500_000)
    await ahead.send(made.content.subarray(500_000, 800_000))
    await expect.poll(() => statSync(partPath(made.upl)).size).toBe(800_000)
    await made.send(1_500_000, 1_600_000)
    const head = made.segments.begin(0, 500_000)
    await head.send(made.content.subarray(0, 300_000))
    await expect.poll(() => progressOf(made.upl)).toBe(300_000)
    expect(await offsetOf(made)).toBe(300_000)
    for (const { answer } of [head, ahead]) expect(refusal(await answer)).toEqual([423, 'taken_over'])
    expect(statSync(partPath(made.upl)).size).toBe(300_000)
    expect(refusal(await made.segments.head(0))).toEqual([410, 'gone'])
    expect(refusal(await made.segments.head(1_500_000))).toEqual([404, 'not_found'])
    const last = await made.patch(300_000, made.content.subarray(300_000))
    await expectStored(await receiptIn(last, made), made.content)
  })

  it('keeps segments out while it is under way', async () => {
    const made = await opened(randomBytes(1_000_000))
    const headers = {
      ...TUS_BODY,
      Authorization: `Bearer ${made.ticket}`,
      'Upload-Offset': '0',
      'Content-Length': '1000000',
    }
    const stream = openRequest(used.storage.http.port, { method: 'PATCH', path: `/files/${made.upl}`, headers })
    await stream.send(made.content.subarray(0, 500_000))
    await expect.poll(() => progressOf(made.upl)).toBe(500_000)
    expect(refusal(await made.send(500_000, 600_000))).toEqual([423, 'locked'])
    await stream.send(made.content.subarray(500_000))
    await expectStored(await receiptIn({ ...(await stream.answer), body: Buffer.of(), json: {} }, made), made.content)
  })

  it('ends it with its segments', async () => {
    const made = await opened(randomBytes(1_000_000))
    const slow = made.segments.begin(200_000, 100_000)
    await slow.send(made.content.subarray(200_000, 250_000))
    await expect.poll(() => statSync(partPath(made.upl)).size).toBe(250_000)
    expect((await made.end()).status).toBe(204)
    expect((await slow.answer).status).toBe(423)
    expect(refusal(await made.send(0, 10))).toEqual([410, 'gone'])
    expect(storedFiles(used.folder)).toEqual([])
  })
})

describe('a segment', () => {
  it('that is sent twice at once is stored once, by the newer request', async () => {
    const made = await opened(randomBytes(1_000_000))
    const older = made.segments.begin(0, 600_000)
    await older.send(made.content.subarray(0, 100_000))
    await expect.poll(() => progressOf(made.upl)).toBe(100_000)
    const newer = await made.send(0, 600_000)
    expect(refusal(await older.answer)).toEqual([423, 'taken_over'])
    expect(told(newer)).toEqual([201, 100_000, 100_000])
    await made.segments.patch(0, 100_000, made.content.subarray(100_000, 600_000))
    await expectStored(await receiptIn(await made.send(600_000, 1_000_000), made), made.content)
  })

  it('tells whoever takes it over what of it is safe', async () => {
    const made = await opened(randomBytes(1_000_000))
    const older = made.segments.begin(0, 600_000)
    await older.send(made.content.subarray(0, 100_000))
    await expect.poll(() => progressOf(made.upl)).toBe(100_000)
    expect(told(await made.segments.head(0))).toEqual([200, 100_000, 100_000])
    expect(refusal(await older.answer)).toEqual([423, 'taken_over'])
  })

  it('is refused where it cannot be', async () => {
    const made = await opened(randomBytes(40 * MIB))
    await made.send(0, 1000)
    await made.send(5000, 6000)
    const at = async (off: number | string, length: number | string, headers: Record<string, string> = {}) => {
      const place = { 'Upload-Segment': `${off}`, 'Upload-Length': `${length}` }
      return refusal(await made.segments.create(0, Buffer.alloc(10), { ...place, ...headers }))
    }
    for (const off of ['01', '-1', '+1', '1.5', '', ' ', '1e3', '0x10', 2 ** 53, '9'.repeat(40)]) {
      expect([off, ...(await at(off, 10))]).toEqual([off, 400, 'bad_request'])
    }
    expect(await at(2000, 0)).toEqual([400, 'bad_request'])
    expect(await at(2000, 5)).toEqual([413, 'too_large'])
    expect(await at(2000, 10, { 'Upload-Concat': 'final;/files/x' })).toEqual([400, 'bad_request'])
    expect(await at(2000, 10, { 'Upload-Defer-Length': '1' })).toEqual([400, 'bad_request'])
    expect(await at(2000, 10, { 'Content-Type': 'text/plain' })).toEqual([415, 'content_type'])
    expect(await at(2000, 10, { 'Tus-Resumable': '0.2.0' })).toEqual([412, 'tus_version'])
    expect(await at(40 * MIB - 9, 10)).toEqual([400, 'length_mismatch'])
    expect(await at(Number.MAX_SAFE_INTEGER, 10)).toEqual([400, 'length_mismatch'])
    expect(await at(999, 10)).toEqual([409, 'offset_conflict'])
    expect(await at(4999, 10)).toEqual([409, 'offset_conflict'])
    expect(await at(5999, 10)).toEqual([409, 'offset_conflict'])
    expect(await at(5000, 999)).toEqual([400, 'length_mismatch'])
    expect(await at(1000 + AHEAD - 9, 10)).toEqual([409, 'offset_conflict'])
    expect(await offsetOf(made)).toBe(1000)
  })

  it('has a ticket, an epoch and an upload', async () => {
    const made = await opened(randomBytes(200_000))
    const other = upload(made.content)
    expect(refusal(await other.send(0, 10))).toEqual([404, 'not_found'])
    const { port } = used.storage.http
    expect(refusal(await segmentCalls(port, made.upl, other.ticket).head(0))).toEqual([403, 'forbidden'])
    const ticketOf = (fields: object) => used.web.upload({ upl: made.upl, len: 200_000, ...fields })
    const reader = segmentCalls(port, made.upl, ticketOf({ ops: ['head'] }))
    expect(refusal(await reader.create(0, Buffer.alloc(10)))).toEqual([403, 'forbidden'])
    expect(
      (await segmentCalls(port, made.upl, ticketOf({ ep: 2 })).create(0, made.content.subarray(0, 10))).status,
    ).toBe(201)
    expect(refusal(await made.send(10, 20))).toEqual([410, 'superseded'])
  })

  it('of a higher epoch stops those of a lower one', async () => {
    const made = await opened(randomBytes(200_000))
    const older = made.segments.begin(100_000, 50_000)
    await older.send(made.content.subarray(100_000, 120_000))
    await expect.poll(() => statSync(partPath(made.upl)).size).toBe(120_000)
    const ticket = used.web.upload({ upl: made.upl, len: 200_000, ep: 2 })
    await segmentCalls(used.storage.http.port, made.upl, ticket).create(0, made.content.subarray(0, 10))
    expect(refusal(await older.answer)).toEqual([423, 'taken_over'])
  })

  it('is one of sixteen at most', async () => {
    const made = await opened(randomBytes(200_000))
    for (let index = 1; index <= 16; index += 1) await made.send(index * 10, index * 10 + 5)
    expect(refusal(await made.send(1, 5))).toEqual([423, 'locked'])
    expect(await offsetOf(made)).toBe(0)
    await expectStored(await receiptIn(await made.send(0, 200_000), made), made.content)
  })

  it('leaves nothing of a body that does not match its checksum, or is too long', async () => {
    const made = await opened(randomBytes(200_000))
    const wrong = { 'Upload-Checksum': `sha1 ${createHash('sha1').update('other').digest('base64')}` }
    await made.send(50_000, 200_000)
    expect(refusal(await made.segments.create(0, randomBytes(50_000), wrong))).toEqual([460, 'checksum_mismatch'])
    expect(told(await made.segments.head(0))).toEqual([200, 0, 0])
    const chunked = { 'Transfer-Encoding': 'chunked', 'Upload-Segment': '0', 'Upload-Length': '50000' }
    expect(refusal(await made.segments.create(0, randomBytes(50_001), chunked))).toEqual([413, 'too_large'])
    expect(told(await made.segments.head(0))).toEqual([200, 0, 0])
    expect(await offsetOf(made)).toBe(0)
    const sum = (bytes: Buffer) => ({
      'Upload-Checksum': `sha256 ${createHash('sha256').update(bytes).digest('base64')}`,
    })
    const [head, tail] = [made.content.subarray(0, 70_000), made.content.subarray(70_000)]
    expect(told(await made.segments.create(70_000, tail, sum(tail)))).toEqual([201, 130_000, 0])
    await expectStored(await receiptIn(await made.segments.create(0, head, sum(head)), made), made.content)
  })
})

describe('segments and a restart', () => {
  it('leave the prefix that was told, and no more', async () => {
    const made = await opened(randomBytes(1_000_000))
    await made.send(500_000, 900_000)
    expect(told(await made.send(0, 200_000))).toEqual([201, 200_000, 200_000])
    await used.stop()
    await used.start()
    const calls = tusCalls(used.storage.http.port, made.upl, made.ticket)
    expect(await offsetOf(calls)).toBe(200_000)
    await expectStored(await receiptIn(await calls.patch(200_000, made.content.subarray(200_000)), calls), made.content)
  })
})
