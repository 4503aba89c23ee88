import { randomBytes, randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseFileId } from '@cairn/dfs-core'
import { expect, it } from 'vitest'
import type { ChildStorage } from './http/child-process.ts'
import { receiptOf, tusCalls } from './http/http-call.ts'
import { ownChildFolder } from './http/own-child-folder.ts'
import { openRequest, segmentCalls, sendInLanes } from './http/segment-calls.ts'
import { newUploadId, sha256, startWebStorage, storedFiles } from './http/web-storage.ts'

// Lanes of segments that are broken by the end of the process, or by requests of somebody else.

const SEGMENT = 200_000
const LANES = 3
/** What a client hears of a storage that is killed. */
const BROKEN = ['ECONNRESET', 'ECONNREFUSED', 'EPIPE']

const used = ownChildFolder()

async function expectStored(token: string, content: Buffer): Promise<void> {
  const { fid, sha256: told } = used.web.receipt(token)
  const relative = parseFileId(fid).logicName.slice('M00/'.length)
  expect(told).toBe(sha256(content))
  expect(readFileSync(join(used.folder, 'path0/data', relative)).equals(content)).toBe(true)
  await expect.poll(() => storedFiles(used.folder)).toEqual([relative, `${relative}-m`])
}

it.each(['group', 'none'])(
  '%s: a process that is killed again and again loses nothing of the prefix that it told',
  async (durability) => {
    const content = randomBytes(9_000_000)
    const upl = newUploadId()
    const ticket = used.web.upload({ upl, len: content.length })
    let child: ChildStorage = await used.start('', durability)
    let told = 0
    const onPrefix = (prefix: number) => {
      told = Math.max(told, prefix)
    }
    await tusCalls(child.port, upl, ticket).create(content.length)
    for (let round = 1; round <= 4; round += 1) {
      const { head } = tusCalls(child.port, upl, ticket)
      const from = Number((await head()).headers['upload-offset'])
      expect(from).toBeGreaterThanOrEqual(told)
      const lanes = sendInLanes(segmentCalls(child.port, upl, ticket), content, {
        from,
        size: SEGMENT,
        lanes: LANES,
        onPrefix,
      })
      const broken = lanes.catch((error: Error & { code?: string }) => expect(BROKEN).toContain(error.code))
      // Somewhere in the fifth of the bytes that belongs to this round.
      const deadlyByte = (content.length * (round - Math.random())) / 5
      await expect.poll(() => told > deadlyByte, { interval: 2 }).toBe(true)
      await child.kill()
      await broken
      child = await used.start('', durability)
    }
    const calls = tusCalls(child.port, upl, ticket)
    const from = Number((await calls.head()).headers['upload-offset'])
    expect(from).toBeGreaterThanOrEqual(told)
    const { failed } = await sendInLanes(segmentCalls(child.port, upl, ticket), content, {
      from,
      size: SEGMENT,
      lanes: LANES,
    })
    expect(failed).toBeNull()
    await expectStored(await receiptOf(calls), content)
    await child.kill()
  },
)

it('lanes that are broken, and stopped by somebody else, lead to the content that was sent', async () => {
  const storage = await startWebStorage({ folder: used.folder })
  const { port } = storage.http
  const content = randomBytes(6_000_000)
  const upl = newUploadId()
  const ticket = used.web.upload({ upl, len: content.length })
  const calls = tusCalls(port, upl, ticket)
  const segments = segmentCalls(port, upl, ticket)
  await calls.create(content.length)
  let isWhole = false
  let offset = 0
  const intrude = async () => {
    for (let turn = 0; !isWhole && turn < 12; turn += 1) {
      await expect
        .poll(() => isWhole || (storage.parts.progress(upl)?.offset ?? 0) > (content.length * turn) / 14)
        .toBe(true)
      if (turn % 3 === 0) await calls.head()
      else if (turn % 3 === 1) await breakSegment(turn)
      else await patchAtOffset()
    }
  }
  /** Of whatever segment it may be: half of its bytes, then the connection ends. */
  const breakSegment = async (turn: number) => {
    const off = Math.min(content.length - 1, offset + turn * 1000)
    const length = Math.min(SEGMENT, content.length - off)
    const request = segments.begin(off, length)
    await request.send(content.subarray(off, off + Math.floor(length / 2))).catch(() => undefined)
    request.destroy()
    await request.answer.catch(() => undefined)
  }
  /** Another device that knows nothing of segments. */
  const patchAtOffset = async () => {
    const at = Number((await calls.head()).headers['upload-offset'])
    const end = Math.min(content.length, at + randomInt(1, SEGMENT))
    const answer = await calls.patch(at, content.subarray(at, end))
    expect([204, 409, 423]).toContain(answer.status)
  }
  const client = async () => {
    while (!isWhole) {
      const head = await calls.head()
      const from = Number(head.headers['upload-offset'])
      expect([head.status, from >= offset]).toEqual([200, true])
      offset = from
      const onPrefix = (prefix: number) => {
        offset = Math.max(offset, prefix)
      }
      const { failed } = await sendInLanes(segments, content, { from, size: SEGMENT, lanes: LANES, onPrefix })
      if (failed !== null) expect([201, 404, 409, 410, 423]).toContain(failed.status)
      isWhole = failed === null
    }
  }
  await Promise.all([client(), intrude()])
  await expectStored(await receiptOf(calls), content)
  await storage.close()
})

it('a request that is stopped on its way to the answer stores what it brought', async () => {
  const storage = await startWebStorage({ folder: used.folder })
  const content = randomBytes(1_000_000)
  const upl = newUploadId()
  const ticket = used.web.upload({ upl, len: content.length })
  const calls = tusCalls(storage.http.port, upl, ticket)
  await calls.create(content.length)
  const headers = { ...openHeaders(ticket), 'Upload-Offset': '0', 'Content-Length': '1000000' }
  const stream = openRequest(storage.http.port, { method: 'PATCH', path: `/files/${upl}`, headers })
  await stream.send(content.subarray(0, 400_000))
  await expect.poll(() => storage.parts.progress(upl)?.offset).toBe(400_000)
  // The older client's stream is ended by a HEAD, and then segments may come.
  expect((await calls.head()).headers['upload-offset']).toBe('400000')
  expect((await stream.answer).status).toBe(423)
  const segments = segmentCalls(storage.http.port, upl, ticket)
  const { receipt } = await sendInLanes(segments, content, { from: 400_000, size: SEGMENT, lanes: LANES })
  await expectStored(receipt ?? (await receiptOf(calls)), content)
  await storage.close()
})

function openHeaders(ticket: string): Record<string, string> {
  return {
    'Tus-Resumable': '1.0.0',
    'Content-Type': 'application/offset+octet-stream',
    Authorization: `Bearer ${ticket}`,
  }
}
