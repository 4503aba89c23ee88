import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeMetadata, parseFileId } from '@cairn/dfs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tusCalls } from './http/http-call.ts'
import { ownWebStorage } from './http/own-web-storage.ts'
import { binlogLines, newFolder, newUploadId, removeFolder, startWebStorage, storedFiles } from './http/web-storage.ts'

// The disk as a power loss may leave it, made by hand from a copy of a running storage: what one round synced is there
// (file, folder entry, ledger line), of the rest nothing, or a part, or bytes that were never written.

const used = ownWebStorage()
let after: string
const content = randomBytes(5000)

beforeEach(() => {
  after = newFolder()
})

afterEach(() => removeFolder(after))

/** One small upload, acknowledged; then the disk as it was at that moment, in `after`. */
async function uploadAndCopy() {
  const upl = newUploadId()
  const calls = tusCalls(used.storage.http.port, upl, used.web.upload({ upl, len: content.length }))
  const answer = await calls.createWith(content.length, content)
  expect(answer.status).toBe(201)
  cpSync(used.folder, after, { recursive: true })
  const { logicName } = parseFileId(used.web.receipt(String(answer.headers['cairn-receipt'])).fid)
  const relative = logicName.slice('M00/'.length)
  const path = join(after, 'path0/data', relative)
  return { upl, logicName, relative, path, binlog: join(after, 'data/sync/binlog.000') }
}

/** Starts on what is left, and says what a client hears of its upload. */
async function restart(upl: string): Promise<{ status: number; receipt: string }> {
  const again = await startWebStorage({ folder: after })
  const calls = tusCalls(again.http.port, upl, used.web.upload({ upl, len: content.length }))
  const { status, json } = await calls.receipt()
  await again.close()
  return { status, receipt: String(json['receipt'] ?? '') }
}

describe('after a power loss an acknowledged small upload', () => {
  it('has its records again when the log lost them', async () => {
    const { upl, logicName, relative, path, binlog } = await uploadAndCopy()
    truncateSync(binlog, 0)
    const { status, receipt } = await restart(upl)
    expect(status).toBe(200)
    expect(used.web.receipt(receipt).fid).toBe(`group1/${logicName}`)
    expect(binlogLines(after)).toEqual([`C ${logicName}`, `C ${logicName}-m`])
    expect(storedFiles(after)).toEqual([relative, `${relative}-m`])
    expect(readFileSync(path).equals(content)).toBe(true)
  })

  it.each(['is missing', 'is empty', 'holds zeros'])('gets its metadata file again when it %s', async (how) => {
    const { upl, logicName, path } = await uploadAndCopy()
    const metadata = readFileSync(`${path}-m`)
    if (how === 'is missing') rmSync(`${path}-m`)
    else writeFileSync(`${path}-m`, Buffer.alloc(how === 'is empty' ? 0 : metadata.length))
    expect((await restart(upl)).status).toBe(200)
    expect(readFileSync(`${path}-m`).equals(metadata)).toBe(true)
    expect(binlogLines(after)).toEqual([`C ${logicName}`, `C ${logicName}-m`])
  })

  it('is not made again when it was deleted since', async () => {
    const { upl, logicName } = await uploadAndCopy()
    const name = used.storage.store.resolve(logicName)
    await new Promise<void>((resolve, reject) => {
      used.storage.store.remove(name, (error) => (error === undefined ? resolve() : reject(error)))
    })
    rmSync(after, { recursive: true })
    cpSync(used.folder, after, { recursive: true })
    expect((await restart(upl)).status).toBe(200)
    expect(storedFiles(after)).toEqual([])
    expect(binlogLines(after).slice(2)).toEqual([`D ${logicName}`, `D ${logicName}-m`])
  })

  it('keeps metadata that were changed since', async () => {
    const { upl, logicName, path } = await uploadAndCopy()
    const name = used.storage.store.resolve(logicName)
    await used.storage.store.replaceMetadata(name, encodeMetadata({ other: 'value' }), 'none')
    rmSync(after, { recursive: true })
    cpSync(used.folder, after, { recursive: true })
    const changed = readFileSync(`${path}-m`)
    expect((await restart(upl)).status).toBe(200)
    expect(readFileSync(`${path}-m`).equals(changed)).toBe(true)
  })
})

describe('after a power loss in the middle of a round', () => {
  it('a file of which not all bytes are there is gone, and its upload can begin anew', async () => {
    const { upl, path, binlog } = await uploadAndCopy()
    truncateSync(binlog, 0)
    truncateSync(path, 4096)
    expect((await restart(upl)).status).toBe(404)
    expect(existsSync(path)).toBe(false)
    expect(storedFiles(after)).toEqual([])
    expect(binlogLines(after)).toEqual([])
  })

  it('a file of the right size with other bytes is gone, too', async () => {
    const { upl, path, binlog } = await uploadAndCopy()
    truncateSync(binlog, 0)
    writeFileSync(path, Buffer.alloc(content.length))
    expect((await restart(upl)).status).toBe(404)
    expect(storedFiles(after)).toEqual([])
  })
})

describe('small uploads that come at the same time', () => {
  it('share their rounds of syncing', async () => {
    const count = 40
    const before = used.storage.store.groupSync.rounds
    const len = content.length
    const part = {
      ep: 1,
      len,
      lenMax: len,
      joins: [],
      ext: 'bin',
      own: 'owner1',
      ent: 'entry1',
      metadata: '',
      concat: '',
    }
    const uploads = Array.from({ length: count }, () => ({ ...part, upl: newUploadId() }))
    await Promise.all(uploads.map((upload) => used.storage.parts.putWhole(upload, content)))
    expect(used.storage.store.groupSync.rounds - before).toBeLessThan(5)
    expect(storedFiles(used.folder).length).toBe(2 * count)
  })

  it('are confirmed in the ledger by a clean end, so that the next start has nothing to repair', async () => {
    const { upl } = await uploadAndCopy()
    await used.stop()
    const ledger = readFileSync(join(used.folder, 'path0/data/.cairn-parts/uploads.log'), 'latin1')
    expect(ledger).toContain(` L ${upl}\n`)
    used.log = []
    await used.start()
    expect(used.log.filter((line) => line.includes(upl))).toEqual([])
    expect(statSync(join(used.folder, 'data/sync/binlog.000')).size).toBeGreaterThan(0)
  })
})
