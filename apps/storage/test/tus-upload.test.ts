import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { dirname, join } from 'node:path'
import { crc32, decodeMetadata, parseFileId } from '@cairn/dfs-core'
import { describe, expect, it } from 'vitest'
import { receiptIn, receiptOf, TUS_BODY, tusCalls } from './http/http-call.ts'
import { ownWebStorage } from './http/own-web-storage.ts'
import { binlogLines, newUploadId, sha256, storedFiles } from './http/web-storage.ts'

/** Signature, IHDR of one pixel, and the beginning of IDAT. */
const PNG_HEAD = Buffer.from(
  '89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489000186a049444154',
  'hex',
)

const used = ownWebStorage()

function upload(len: number, fields: object = {}) {
  const upl = newUploadId()
  const ticket = used.web.upload({ upl, len, ...fields })
  return { upl, ...tusCalls(used.storage.http.port, upl, ticket) }
}

const pathOf = (fid: string) => join(used.folder, 'path0', 'data', fid.split('/').slice(2).join('/'))

/** Checks that exactly this content is stored under the receipt's file ID, with its metadata and its two records. */
async function expectStored(receiptToken: unknown, content: Buffer) {
  const receipt = used.web.receipt(String(receiptToken))
  const id = parseFileId(receipt.fid)
  expect(receipt).toMatchObject({
    size: content.length,
    crc32: crc32(content),
    sha256: sha256(content),
    head: sha256(content.subarray(0, 64 * 1024)),
    dur: 'group',
    copies: 1,
    mem: '100001',
  })
  expect(id).toMatchObject({
    size: content.length,
    crc32: crc32(content),
    source: { kind: 'id', id: 100001 },
    kind: 'normal',
  })
  expect(readFileSync(pathOf(receipt.fid)).equals(content)).toBe(true)
  expect(statSync(pathOf(receipt.fid)).nlink).toBe(1)
  expect(decodeMetadata(readFileSync(`${pathOf(receipt.fid)}-m`))).toEqual({ own: 'owner1', ent: 'entry1' })
  expect(binlogLines(used.folder).filter((line) => line.includes(id.fileName))).toEqual([
    `C ${id.logicName}`,
    `C ${id.logicName}-m`,
  ])
  const relative = receipt.fid.split('/').slice(2).join('/')
  // A receipt may come a moment before the part is gone.
  await expect.poll(() => storedFiles(used.folder)).toEqual([relative, `${relative}-m`])
  return receipt
}

describe('an upload', () => {
  it.each([1, 4096, 64 * 1024])('of %i bytes with its creation becomes a file at once', async (size) => {
    const content = Buffer.alloc(size, '\0cairn')
    const { createWith, upl } = upload(size, { ext: 'dat' })
    const answer = await createWith(size, content)
    expect([answer.status, answer.headers.location, answer.headers['upload-offset']]).toEqual([
      201,
      `/files/${upl}`,
      `${size}`,
    ])
    const receipt = await expectStored(answer.headers['cairn-receipt'], content)
    expect(receipt).toMatchObject({ upl, ep: 1, ct: 'application/octet-stream' })
    expect(receipt.fid).toMatch(/\.dat$/)
  })

  it('larger than memory takes is stored as a part and becomes a file', async () => {
    const content = randomBytes(64 * 1024 + 1)
    const calls = upload(content.length)
    await expectStored(await receiptIn(await calls.createWith(content.length, content), calls), content)
  })

  it('in pieces has the hashes of the whole', async () => {
    const content = randomBytes(3_000_000)
    const { create, patch, head, receipt } = upload(content.length)
    expect((await create(content.length)).status).toBe(201)
    expect((await patch(0, content.subarray(0, 1_000_000))).headers['upload-offset']).toBe('1000000')
    expect((await head()).headers['upload-offset']).toBe('1000000')
    expect((await patch(1_000_000, content.subarray(1_000_000, 1_000_001))).status).toBe(204)
    const last = await patch(1_000_001, content.subarray(1_000_001))
    expect([last.status, last.headers['upload-offset']]).toEqual([204, '3000000'])
    await expectStored(await receiptIn(last, { receipt }), content)
  })

  it('tells the type from the bytes, not from the extension', async () => {
    const content = Buffer.concat([PNG_HEAD, randomBytes(100_000)])
    const calls = upload(content.length, { ext: 'txt' })
    const answer = await calls.createWith(content.length, content)
    expect(used.web.receipt(await receiptIn(answer, calls)).ct).toBe('image/png')
  })

  it('keeps its offset and its bytes over a restart', async () => {
    const content = randomBytes(2_000_000)
    const { upl, create, patch } = upload(content.length)
    await create(content.length)
    await patch(0, content.subarray(0, 1_234_567))
    await used.stop()
    await used.start()
    const again = tusCalls(used.storage.http.port, upl, used.web.upload({ upl, len: content.length }))
    expect((await again.head()).headers['upload-offset']).toBe('1234567')
    const last = await again.patch(1_234_567, content.subarray(1_234_567))
    await expectStored(await receiptIn(last, again), content)
  })

  it('goes back to what was synced when the machine itself was restarted', async () => {
    const content = randomBytes(300_000)
    const { upl, create, patch } = upload(content.length)
    await create(content.length)
    await patch(0, content.subarray(0, 100_000))
    await used.stop()
    // Another boot id, and a tail of zeros that was never synced.
    const sidecar = join(used.folder, 'path0/data/.cairn-parts', upl.slice(0, 2), `${upl}.json`)
    writeFileSync(sidecar, readFileSync(sidecar, 'utf8').replace(/"bootId":"[^"]*"/, '"bootId":"another"'))
    appendFileSync(sidecar.replace('.json', '.part'), Buffer.alloc(50_000))
    await used.start()
    const again = tusCalls(used.storage.http.port, upl, used.web.upload({ upl, len: content.length }))
    expect((await again.head()).headers['upload-offset']).toBe('100000')
    await again.patch(100_000, content.subarray(100_000))
    await expectStored(await receiptOf(again), content)
  })

  it('that is finished answers creation, HEAD, PATCH and receipt as before, with the same file', async () => {
    const content = randomBytes(10_000)
    const { upl, createWith, create, head, patch, receipt } = upload(content.length)
    const first = used.web.receipt(String((await createWith(content.length, content)).headers['cairn-receipt']))
    expect((await create(content.length)).headers.location).toBe(`/files/${upl}`)
    const again = await createWith(content.length, content)
    expect([again.status, again.headers['upload-offset']]).toEqual([201, '10000'])
    const asked = await head()
    expect([asked.status, asked.headers['upload-offset'], asked.headers['upload-length']]).toEqual([
      200,
      '10000',
      '10000',
    ])
    const last = await patch(10_000, Buffer.alloc(0))
    expect(last.status).toBe(204)
    const polled = await receipt()
    expect(polled.status).toBe(200)
    for (const token of [
      again.headers['cairn-receipt'],
      asked.headers['cairn-receipt'],
      last.headers['cairn-receipt'],
      polled.json['receipt'],
    ]) {
      expect(used.web.receipt(String(token))).toEqual(first)
    }
    expect(storedFiles(used.folder).length).toBe(2)
  })

  it('with a higher epoch goes on where it is, and the lower one is refused', async () => {
    const content = randomBytes(200_000)
    const { upl, create, patch } = upload(content.length)
    await create(content.length)
    await patch(0, content.subarray(0, 1000))
    const second = tusCalls(used.storage.http.port, upl, used.web.upload({ upl, len: content.length, ep: 2 }))
    expect((await second.head()).headers['upload-offset']).toBe('1000')
    const stale = await patch(1000, content.subarray(1000))
    expect([stale.status, stale.json['code']]).toEqual([410, 'superseded'])
    const done = await second.patch(1000, content.subarray(1000))
    expect(used.web.receipt(await receiptIn(done, second)).ep).toBe(2)
    const third = tusCalls(used.storage.http.port, upl, used.web.upload({ upl, len: content.length, ep: 3 }))
    expect(used.web.receipt(String((await third.head()).headers['cairn-receipt'])).ep).toBe(3)
    expect((await second.receipt()).status).toBe(410)
  })

  it('with a higher epoch that is asked for while its part is removed refuses the lower one from then on', async () => {
    await used.stop()
    const upl = newUploadId()
    let asked: Promise<void> | null = null
    const step = (step: string) => {
      if (step === 'removed') asked = used.storage.parts.fence(upl, 2)
    }
    await used.start({ step })
    const content = randomBytes(100_000)
    const first = tusCalls(used.storage.http.port, upl, used.web.upload({ upl, len: content.length }))
    await first.create(content.length)
    await first.patch(0, content)
    await expect.poll(() => asked).not.toBe(null)
    await asked
    expect((await first.receipt()).status).toBe(410)
    const second = tusCalls(used.storage.http.port, upl, used.web.upload({ upl, len: content.length, ep: 2 }))
    expect(used.web.receipt(await receiptOf(second)).ep).toBe(2)
  })

  it('whose connection hangs is taken over by the next request, which finds all that came', async () => {
    const content = randomBytes(500_000)
    const { upl, create, head, patch, receipt } = upload(content.length)
    await create(content.length)
    const ticket = used.web.upload({ upl, len: content.length })
    const headers = { ...TUS_BODY, Authorization: `Bearer ${ticket}`, 'Upload-Offset': '0', 'Content-Length': '500000' }
    const options = { host: '127.0.0.1', port: used.storage.http.port, method: 'PATCH', path: `/files/${upl}`, headers }
    const hanging = httpRequest({ ...options, agent: false })
    const ended = new Promise<number | undefined>((resolve) => {
      hanging.on('response', (response) => resolve(response.statusCode))
      hanging.on('error', () => resolve(undefined))
    })
    hanging.write(content.subarray(0, 200_000))
    await expect.poll(() => used.storage.parts.progress(upl)?.offset).toBe(200_000)
    expect((await head()).headers['upload-offset']).toBe('200000')
    const sidecar = join(used.folder, 'path0/data/.cairn-parts', upl.slice(0, 2), `${upl}.json`)
    expect(JSON.parse(readFileSync(sidecar, 'utf8'))).toMatchObject({ offsetDurable: 200_000 })
    expect(await ended).toBe(423)
    await expectStored(await receiptIn(await patch(200_000, content.subarray(200_000)), { receipt }), content)
  })

  it('of which nothing is known has no receipt', async () => {
    const answer = await upload(10).receipt()
    expect([answer.status, answer.json['code']]).toEqual([404, 'not_found'])
  })

  it('that is open answers the poll for its receipt with its progress', async () => {
    const { create, patch, receipt } = upload(100_000)
    await create(100_000)
    await patch(0, randomBytes(70_000))
    const answer = await receipt()
    expect(answer.status).toBe(202)
    expect(answer.json).toMatchObject({ state: 'open', offset: 70_000, size: 100_000 })
  })
})

describe('a name that is taken between drawing and placing', () => {
  it.each([5000, 100_000])('is left alone, and an upload of %i bytes gets another', async (size) => {
    await used.stop()
    let taken = ''
    const step = (name: string) => {
      if (name !== 'ledger' || taken !== '') return
      const lines = readFileSync(join(used.folder, 'path0/data/.cairn-parts/uploads.log'), 'latin1').trim().split('\n')
      taken = pathOf(lines.at(-1)?.split(' ')[4] ?? '')
      mkdirSync(dirname(taken), { recursive: true })
      writeFileSync(taken, 'somebody else')
      writeFileSync(`${taken}-m`, 'own\x02somebody else')
    }
    await used.start({ step })
    const content = randomBytes(size)
    const calls = upload(size)
    const { fid } = used.web.receipt(await receiptIn(await calls.createWith(size, content), calls))
    expect(taken).not.toBe('')
    expect(pathOf(fid)).not.toBe(taken)
    expect(readFileSync(pathOf(fid)).equals(content)).toBe(true)
    expect(readFileSync(taken, 'utf8')).toBe('somebody else')
    expect(readFileSync(`${taken}-m`, 'utf8')).toBe('own\x02somebody else')
    expect(binlogLines(used.folder).length).toBe(2)
  })
})

describe('at every durability', () => {
  it.each(['none', 'each'] as const)('%s: uploads in pieces and in memory are stored', async (durability) => {
    await used.stop()
    await used.start({ durability })
    const content = randomBytes(150_000)
    const large = upload(content.length)
    await large.create(content.length)
    await large.patch(0, content.subarray(0, 50_000))
    await large.patch(50_000, content.subarray(50_000))
    expect(used.web.receipt(await receiptOf(large))).toMatchObject({ dur: durability, sha256: sha256(content) })
    const small = upload(10)
    const answer = await small.createWith(10, Buffer.from('0123456789'))
    expect(used.web.receipt(String(answer.headers['cairn-receipt']))).toMatchObject({
      dur: durability,
      ct: 'text/plain',
    })
  })
})
