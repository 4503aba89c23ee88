import { createHash, randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { parseFileId } from '@cairn/dfs-core'
import { describe, expect, it } from 'vitest'
import type { FinishStep } from '../src/parts/part-link.ts'
import type { ChildStorage } from './http/child-process.ts'
import { TUS_BODY, tusCalls } from './http/http-call.ts'
import { ownChildFolder } from './http/own-child-folder.ts'
import { binlogLines, newUploadId, sha256, startWebStorage, storedFiles } from './http/web-storage.ts'

const STEPS: FinishStep[] = ['hashed', 'ledger', 'placed', 'metadata', 'logged', 'confirmed', 'removed']
/** A small upload is never hashed by the thread and has no part to remove. */
const STEPS_IN_MEMORY = STEPS.filter((step) => step !== 'hashed' && step !== 'removed')

const used = ownChildFolder()

/** What a client does that was cut off: ask for the offset, begin anew where nothing is known, send the rest, poll for the receipt. */
async function resume(port: number, upl: string, content: Buffer): Promise<string> {
  const calls = tusCalls(port, upl, used.web.upload({ upl, len: content.length }))
  const head = await calls.head()
  if (head.status === 404) await calls.createWith(content.length, content)
  else {
    expect(head.status).toBe(200)
    const offset = Number(head.headers['upload-offset'])
    expect(offset).toBeLessThanOrEqual(content.length)
    if (offset < content.length) expect((await calls.patch(offset, content.subarray(offset))).status).toBe(204)
  }
  let token = ''
  await expect
    .poll(async () => {
      token = String((await calls.receipt()).json['receipt'] ?? '')
      return token
    })
    .not.toBe('')
  return token
}

/** One file, its metadata, one record of each, and nothing else on the store path. */
async function expectStoredOnce(token: string, content: Buffer) {
  const receipt = used.web.receipt(token)
  const { logicName } = parseFileId(receipt.fid)
  const relative = logicName.slice('M00/'.length)
  expect(receipt.sha256).toBe(sha256(content))
  // A receipt may come a moment before the part is gone.
  await expect.poll(() => storedFiles(used.folder)).toEqual([relative, `${relative}-m`])
  expect(sha256(readFileSync(join(used.folder, 'path0/data', relative)))).toBe(receipt.sha256)
  expect(binlogLines(used.folder)).toEqual([`C ${logicName}`, `C ${logicName}-m`])
}

describe('a process that is killed while it finishes an upload', () => {
  it.each(STEPS)('behind "%s" finishes it exactly once after the restart', async (step) => {
    const content = randomBytes(150_000)
    const upl = newUploadId()
    const child = await used.start(step)
    const calls = tusCalls(child.port, upl, used.web.upload({ upl, len: content.length }))
    await calls.create(content.length)
    await calls.patch(0, content).catch(() => undefined)
    await child.gone

    const storage = await startWebStorage({ folder: used.folder })
    await expectStoredOnce(await resume(storage.http.port, upl, content), content)
    await storage.close()
  })

  it.each(STEPS_IN_MEMORY)('behind "%s" of a small one stores it exactly once after the restart', async (step) => {
    const content = randomBytes(5000)
    const upl = newUploadId()
    const child = await used.start(step)
    const calls = tusCalls(child.port, upl, used.web.upload({ upl, len: content.length }))
    await calls.createWith(content.length, content).catch(() => undefined)
    await child.gone

    const storage = await startWebStorage({ folder: used.folder })
    await expectStoredOnce(await resume(storage.http.port, upl, content), content)
    await storage.close()
  })

  it('and again while it replays still finishes it exactly once', async () => {
    const content = randomBytes(150_000)
    const upl = newUploadId()
    const child = await used.start('ledger')
    const calls = tusCalls(child.port, upl, used.web.upload({ upl, len: content.length }))
    await calls.create(content.length)
    await calls.patch(0, content).catch(() => undefined)
    await child.gone
    // Replaying publishes the file under the name in the ledger: no step of ours comes before it serves.
    for (let round = 0; round < 2; round += 1) {
      const again = await used.start()
      await again.kill()
    }
    const storage = await startWebStorage({ folder: used.folder })
    await expectStoredOnce(await resume(storage.http.port, upl, content), content)
    await storage.close()
  })
})

describe('a process that is killed in the middle of a body with a checksum', () => {
  const MIB = 1024 * 1024
  const sha1 = (bytes: Buffer) => `sha1 ${createHash('sha1').update(bytes).digest('base64')}`

  it.each(['group', 'none'])('counts on no byte that nobody has verified (durability %s)', async (durability) => {
    const content = randomBytes(4 * MIB)
    const upl = newUploadId()
    const child = await used.start('', durability)
    const ticket = used.web.upload({ upl, len: content.length })
    const calls = tusCalls(child.port, upl, ticket)
    await calls.create(content.length)
    for (const offset of [0, 10]) {
      const body = content.subarray(offset, offset + 10)
      expect((await calls.patch(offset, body, { 'Upload-Checksum': sha1(body) })).status).toBe(204)
    }
    const cut = request({
      ...{ host: '127.0.0.1', port: child.port, agent: false, method: 'PATCH', path: `/files/${upl}` },
      headers: {
        ...{ ...TUS_BODY, Authorization: `Bearer ${ticket}`, 'Upload-Offset': '20' },
        ...{ 'Content-Length': content.length - 20, 'Upload-Checksum': sha1(content.subarray(20)) },
      },
    })
    const broken = once(cut, 'error')
    // Not what the checksum is of.
    cut.write(Buffer.alloc(2 * MIB))
    const part = join(used.folder, 'path0/data/.cairn-parts', upl.slice(0, 2), `${upl}.part`)
    await expect.poll(() => statSync(part).size).toBe(20 + 2 * MIB)
    await child.kill()
    await broken

    const again = await used.start('', durability)
    expect((await tusCalls(again.port, upl, ticket).head()).headers['upload-offset']).toBe('20')
    expect(used.web.receipt(await resume(again.port, upl, content)).sha256).toBe(sha256(content))
    await again.kill()
  })
})

describe('a process that is killed again and again under load', () => {
  it('never has bytes that were not sent, and ends with the right content', async () => {
    const uploads = Array.from({ length: 4 }, () => ({
      upl: newUploadId(),
      content: randomBytes(randomInt(3_000_000, 9_000_000)),
      sent: 0,
    }))
    const total = uploads.reduce((sum, { content }) => sum + content.length, 0)
    let child: ChildStorage = await used.start()
    for (let round = 0; round < 4; round += 1) {
      const { port } = child
      const load = uploads.map((upload) => patchUntilBroken(port, upload))
      // Somewhere in the fifth of the bytes that belongs to this round.
      const deadlyByte = (total * (round + Math.random())) / 5
      const sent = () => uploads.reduce((sum, upload) => sum + upload.sent, 0)
      await expect.poll(() => sent() > deadlyByte, { interval: 2 }).toBe(true)
      await child.kill()
      await Promise.all(load)
      child = await used.start()
    }
    const done: string[] = []
    for (const { upl, content } of uploads) done.push(used.web.receipt(await resume(child.port, upl, content)).sha256)
    expect(done).toEqual(uploads.map(({ content }) => sha256(content)))
    await expect.poll(() => storedFiles(used.folder).length).toBe(2 * uploads.length)
    await child.kill()
    expect(binlogLines(used.folder).length).toBe(2 * uploads.length)
  })

  async function patchUntilBroken(port: number, upload: { upl: string; content: Buffer; sent: number }): Promise<void> {
    const { upl, content } = upload
    const calls = tusCalls(port, upl, used.web.upload({ upl, len: content.length }))
    try {
      const head = await calls.head()
      const isNew = head.status === 404
      if (isNew) await calls.create(content.length)
      let offset = isNew ? 0 : Number(head.headers['upload-offset'])
      expect(offset).toBeLessThanOrEqual(upload.sent)
      while (offset < content.length) {
        const end = Math.min(content.length, offset + randomInt(1, 500_000))
        upload.sent = Math.max(upload.sent, end)
        const answer = await calls.patch(offset, content.subarray(offset, end))
        expect(answer.headers['upload-offset']).toBe(`${end}`)
        offset = end
      }
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : error
      expect(['ECONNRESET', 'ECONNREFUSED', 'EPIPE']).toContain(code)
    }
  }
})
