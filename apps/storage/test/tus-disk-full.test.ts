import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { parseFileId } from '@cairn/dfs-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bundleChild } from './http/child-process.ts'
import { tusCalls } from './http/http-call.ts'
import { segmentCalls } from './http/segment-calls.ts'
import { createWebKeys, newFolder, newUploadId, removeFolder, sha256, type WebKeys } from './http/web-storage.ts'
import { fillDisk, mountNamespace } from './small-disk.ts'

// A disk of 24 MB that is really full, or really read-only: a tmpfs in a mount namespace of its own, which most systems grant to everybody.
const DISK = 'size=24m'
const MIB = 1024 * 1024

let bundle: { folder: string; path: string }
let namespace: readonly string[] | undefined
let folder: string
let web: WebKeys
let child: ChildProcess
let port: number

beforeAll(async () => {
  bundle = await bundleChild()
  namespace = mountNamespace()
})

afterAll(() => removeFolder(bundle.folder))

beforeEach(async ({ skip }) => {
  skip(namespace === undefined, 'no tmpfs can be mounted here: neither as root nor in a user namespace')
  folder = newFolder()
  web = createWebKeys(folder)
  mkdirSync(join(folder, 'path0'))
  const script = `mount -t tmpfs -o ${DISK} tmpfs "$1/path0" && exec "$2" "$3" "$1"`
  const words = [...(namespace ?? []), 'sh', '-c', script, 'sh', folder, process.execPath, bundle.path]
  child = spawn('unshare', words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [message] = (await once(child, 'message')) as [{ port: number }]
  port = message.port
})

afterEach(async () => {
  if (namespace === undefined) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
  removeFolder(folder)
})

/** The disk as the storage sees it. */
const seen = (path: string) => join(`/proc/${child.pid}/root`, folder, 'path0', path)

/** Fills the disk, to its last byte or but for so many. */
function fill(left = 0): void {
  fillDisk(seen('filler'))
  truncateSync(seen('filler'), statSync(seen('filler')).size - left)
}

/** From now on nothing on the disk can be written, but what is open for it; as where a disk with errors is mounted anew. */
function makeReadOnly(): void {
  const path = join(folder, 'path0')
  const script = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"'
  const user = namespace?.includes('--user') === true ? ['--user', '--preserve-credentials'] : []
  const words = ['--target', String(child.pid), ...user, '--mount', 'sh', '-c', script, 'sh', path]
  expect(spawnSync('nsenter', words).status).toBe(0)
}

/** Files of the namespace: no parts, no ledger. */
function storedNames(): string[] {
  return readdirSync(seen('data'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('.cairn'))
    .map((entry) => entry.name)
    .sort()
}

function upload(content: Buffer) {
  const upl = newUploadId()
  const ticket = web.upload({ upl, len: content.length })
  const sidecar = () => JSON.parse(readFileSync(seen(`data/.cairn-parts/${upl.slice(0, 2)}/${upl}.json`), 'utf8'))
  const survivesPowerLoss = (): number => sidecar().offsetDurable
  return { ...tusCalls(port, upl, ticket), segments: segmentCalls(port, upl, ticket), survivesPowerLoss }
}

describe('a disk that fills up', () => {
  it('in the middle of an upload costs nothing of it: it goes on when there is room again', async () => {
    const content = randomBytes(10 * MIB)
    const { create, patch, head, receipt, survivesPowerLoss } = upload(content)
    expect((await create(content.length)).status).toBe(201)
    expect((await patch(0, content.subarray(0, 2 * MIB))).status).toBe(204)
    fill(MIB)
    const refused = await patch(2 * MIB, content.subarray(2 * MIB))
    expect([refused.status, refused.json['code']]).toEqual([507, 'disk_full'])
    const offset = Number((await head()).headers['upload-offset'])
    expect(offset).toBeGreaterThanOrEqual(2 * MIB)
    expect(offset).toBeLessThan(content.length)
    expect(survivesPowerLoss()).toBe(offset)
    expect(storedNames()).toEqual([])

    rmSync(seen('filler'))
    expect((await patch(offset, content.subarray(offset))).status).toBe(204)
    const stored = web.receipt(String((await receipt()).json['receipt']))
    expect(stored.sha256).toBe(sha256(content))
    const { logicName, fileName } = parseFileId(stored.fid)
    expect(sha256(readFileSync(seen(`data/${logicName.slice('M00/'.length)}`)))).toBe(stored.sha256)
    expect(storedNames()).toEqual([fileName, `${fileName}-m`])
  })

  it('tells all that it has once there is room to make it safe', async () => {
    const content = randomBytes(10 * MIB)
    const { create, patch, head, survivesPowerLoss } = upload(content)
    await create(content.length)
    await patch(0, content.subarray(0, 2 * MIB))
    fill(MIB)
    expect((await patch(2 * MIB, content.subarray(2 * MIB))).status).toBe(507)
    rmSync(seen('filler'))
    const offset = Number((await head()).headers['upload-offset'])
    expect(offset).toBeGreaterThan(2 * MIB)
    expect(survivesPowerLoss()).toBe(offset)
  })

  it('in the middle of segments costs nothing of what has no gap, and ends an upload that has some', async () => {
    const content = randomBytes(10 * MIB)
    const { create, head, receipt, segments } = upload(content)
    const ended = upload(content)
    const send = (off: number, end: number) => segments.create(off, content.subarray(off, end))
    await create(content.length)
    await ended.create(content.length)
    await ended.segments.create(MIB, content.subarray(MIB, 2 * MIB))
    expect((await send(0, 2 * MIB)).headers['upload-prefix']).toBe(`${2 * MIB}`)
    await send(6 * MIB, 7 * MIB)
    fill()
    for (const [off, end] of [
      [7 * MIB, 8 * MIB],
      [2 * MIB, 6 * MIB],
    ] as const) {
      const refused = await send(off, end)
      expect([refused.status, refused.json['code']]).toEqual([507, 'disk_full'])
    }
    expect((await ended.end()).status).toBe(204)
    rmSync(seen('filler'))
    const offset = Number((await head()).headers['upload-offset'])
    expect(offset).toBeGreaterThanOrEqual(2 * MIB)
    expect(offset).toBeLessThan(content.length)
    expect((await send(offset, content.length)).headers['upload-prefix']).toBe(`${content.length}`)
    expect(web.receipt(String((await receipt()).json['receipt'])).sha256).toBe(sha256(content))
  })

  it('keeps no place for a segment that it refused', async () => {
    const content = randomBytes(4 * MIB)
    const { create, head, receipt, segments } = upload(content)
    await create(content.length)
    fill()
    expect((await segments.create(0, content.subarray(0, 2 * MIB))).status).toBe(507)
    rmSync(seen('filler'))
    expect((await head()).headers['upload-offset']).toBe('0')
    expect((await segments.create(MIB, content.subarray(MIB))).status).toBe(201)
    expect((await segments.create(0, content.subarray(0, MIB))).headers['upload-prefix']).toBe(`${content.length}`)
    expect(web.receipt(String((await receipt()).json['receipt'])).sha256).toBe(sha256(content))
  })

  it('takes no upload more, in so many words, and has room again when one is ended', async () => {
    const { create, patch, head, end } = upload(randomBytes(4 * MIB))
    await create(4 * MIB)
    await patch(0, randomBytes(3 * MIB))
    // Space is measured once a second, so these are admitted and find out when they write.
    fill()
    const refused = await upload(randomBytes(1000)).create(1000)
    expect([refused.status, refused.json['code']]).toEqual([507, 'disk_full'])
    expect((await end()).status).toBe(204)
    expect((await head()).status).toBe(410)
    await expect.poll(async () => (await upload(randomBytes(1000)).create(1000)).status).toBe(201)
  })

  it('refuses a small upload and leaves nothing of it, and takes it when there is room again', async () => {
    const content = randomBytes(50_000)
    const { createWith, head } = upload(content)
    // Space is measured once a second: the first one is admitted and finds out when it writes.
    await upload(content).createWith(content.length, content)
    const before = storedNames()
    fill()
    for (let tries = 0; tries < 3; tries += 1) {
      const refused = await createWith(content.length, content)
      expect([refused.status, refused.json['code']]).toEqual([507, 'disk_full'])
    }
    expect(storedNames()).toEqual(before)
    expect((await head()).status).toBe(404)

    rmSync(seen('filler'))
    await expect.poll(async () => (await createWith(content.length, content)).status).toBe(201)
    expect(storedNames().length).toBe(4)
  })
})

describe('a disk that becomes read-only', () => {
  it('refuses every upload in so many words, tells how much it has, and goes on running', async () => {
    const content = randomBytes(4 * MIB)
    const { create, patch, head } = upload(content)
    await create(content.length)
    await patch(0, content.subarray(0, 2 * MIB))
    const small = upload(content.subarray(0, 1000))
    makeReadOnly()
    const refused = await patch(2 * MIB, content.subarray(2 * MIB))
    expect([refused.status, refused.json['code']]).toEqual([507, 'disk_failed'])
    expect((await head()).headers['upload-offset']).toBe(`${2 * MIB}`)
    expect((await small.createWith(1000, content.subarray(0, 1000))).status).toBe(507)
    expect((await upload(content).create(content.length)).status).toBe(507)
  })
})
