import { randomBytes, randomInt } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ServerError, Status } from '@cairn/dfs-core'
import type { Receipt } from '@cairn/dfs-core/tickets'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { storageConfigDefaults } from '../src/config.ts'
import { isErrno } from '../src/disk/atomic-file.ts'
import { allActive, startCluster, type TestCluster, type TestStorage, until } from './cluster.ts'
import { bulkBody, linesOf, sendBulk } from './http/bulk-call.ts'
import { call, tusCalls } from './http/http-call.ts'
import { segmentCalls, sendInLanes } from './http/segment-calls.ts'
import { createWebKeys, newUploadId, sha256, type WebKeys } from './http/web-storage.ts'
import { fillDisk, mountNamespace, SmallDisk } from './small-disk.ts'

// Two members whose disks are filled to the last byte again and again, while uploads of every kind go on. What browser and web server do
// about a refusal is done here: the upload waits, or goes on at the other member with the next epoch, and what has ended is dropped there.

const MIB = 1024 * 1024
const FILLINGS = 14
const PIECE = 3 * MIB
/** A ticket of the newest epoch is good, whatever could not be written before: no 410, nor a failure of the storage itself. */
const FITTING = new Set([200, 201, 202, 204, 404, 423, 507])

interface Member {
  disk: SmallDisk
  storage: TestStorage
  web: WebKeys
}

interface Upload {
  upl: string
  content: Buffer
  way: 'stream' | 'segments'
  at: number
  ep: number
}

let cluster: TestCluster
let members: Member[] = []
/** How often each status was answered. */
let answers: Map<number, number>

beforeEach(async ({ skip }) => {
  const namespace = mountNamespace()
  skip(namespace === undefined, 'no tmpfs can be mounted here: neither as root nor in a user namespace')
  cluster = await startCluster([])
  answers = new Map()
  for (const id of ['100001', '100002']) {
    const folder = join(cluster.folder, id)
    mkdirSync(folder)
    const disk = await SmallDisk.mount(namespace ?? [], '160m')
    const web = createWebKeys(cluster.folder, id, folder)
    const http = {
      ...storageConfigDefaults.http,
      bindAddress: '127.0.0.1',
      port: 0,
      keysFile: join(folder, 'keys.json'),
    }
    const paths = { basePath: disk.path, storePaths: [{ path: disk.path, readonly: false }] }
    members.push({ disk, web, storage: await cluster.addStorage(id, { http, ...paths }) })
  }
  await allActive(cluster)
})
afterEach(async () => {
  if (members.length === 0) return
  await cluster.close()
  for (const { disk } of members) await disk.close()
  members = []
})

const member = (at: number) => members[at] ?? members[0]!
const portOf = ({ storage }: Member) => storage.running.httpPort
const filler = ({ disk }: Member) => join(disk.path, 'filler')

function counted<T extends { status: number }>(answer: T): T {
  answers.set(answer.status, (answers.get(answer.status) ?? 0) + 1)
  return answer
}

/** One try from where the upload is; null when it was refused, or there is more to do. */
async function step({ upl, content, way, at, ep }: Upload): Promise<Receipt | 'more' | 'refused'> {
  const { web, storage } = member(at)
  const ticket = web.upload({ upl, ep, len: content.length, mem: storage.id })
  const tus = tusCalls(portOf(member(at)), upl, ticket)
  const head = counted(await tus.head())
  if (head.status === 404) return counted(await tus.create(content.length)).status === 201 ? 'more' : 'refused'
  if (head.status !== 200) return 'refused'
  const from = Number(head.headers['upload-offset'])
  if (from === content.length) {
    const { status, json } = counted(await tus.receipt())
    if (status === 200) return web.receipt(String(json['receipt']))
    return status === 202 ? 'more' : 'refused'
  }
  if (way === 'stream') {
    return counted(await tus.patch(from, content.subarray(from, from + PIECE))).status === 204 ? 'more' : 'refused'
  }
  const lanes = { from, size: 2 * MIB, lanes: 3 }
  const { failed } = await sendInLanes(segmentCalls(portOf(member(at)), upl, ticket), content, lanes)
  return failed === null || counted(failed).status < 500 ? 'more' : 'refused'
}

/** A storage that refuses a request may close its connection before all of it was sent. */
function brokenOff(error: unknown): 'refused' {
  if (isErrno(error, 'ECONNRESET', 'EPIPE')) return 'refused'
  throw error
}

async function drive(upload: Upload): Promise<Receipt> {
  for (;;) {
    const end = await step(upload).catch(brokenOff)
    if (end !== 'more' && end !== 'refused') return end
    const isMoved = end === 'refused' && randomInt(2) === 0
    if (isMoved) upload.at = 1 - upload.at
    // Somewhere else, or another device.
    if (isMoved || randomInt(20) === 0) upload.ep += 1
    if (end === 'refused') await pause(randomInt(200))
  }
}

/** Small ones in one request each time, those that were refused again, here or there. */
async function driveSmall(uploads: readonly Upload[]): Promise<Receipt[]> {
  const receipts = new Map<string, Receipt>()
  for (let at = 0; receipts.size < uploads.length; at = 1 - at) {
    const left = uploads.filter(({ upl }) => !receipts.has(upl))
    for (const upload of left) Object.assign(upload, { at, ep: upload.ep + 1 })
    const { web, storage } = member(at)
    const files = left.map(({ upl, ep, content }) => {
      return { content, ticket: web.upload({ upl, ep, len: content.length, mem: storage.id }) }
    })
    const lines = linesOf(counted(await sendBulk(portOf(member(at)), bulkBody(files))))
    for (const { upl, receipt, status } of lines) {
      if (status !== undefined) counted({ status })
      if (upl !== null && typeof receipt === 'string') receipts.set(upl, web.receipt(receipt))
    }
    await pause(randomInt(200))
  }
  return uploads.map(({ upl }) => receipts.get(upl)!)
}

async function storm(isOver: () => boolean): Promise<void> {
  for (let n = 0; n < FILLINGS || !isOver(); n += 1) {
    const full = n >= FILLINGS ? [] : members.filter((_, at) => n % 3 === at || n % 3 === 2)
    for (const one of full) fillDisk(filler(one))
    await pause(200 + randomInt(500))
    for (const one of full) rmSync(filler(one))
    await pause(randomInt(500))
  }
}

async function service(one: Member, op: 'list' | 'ack' | 'drop' | 'status', body: object) {
  const text = JSON.stringify(body)
  const headers = { Authorization: `Bearer ${one.web.service(op, text)}` }
  const answer = await call(portOf(one), { method: 'POST', path: `/cairn/v1/${op}`, headers, body: text })
  expect(answer.status).toBe(200)
  return answer.json
}

/** What the web application does about uploads that are files: nothing is left of them elsewhere, nor a file of an earlier try. */
async function settle(uploads: readonly Upload[], fids: ReadonlySet<string>): Promise<void> {
  for (const one of members) {
    const { uploads: listed } = (await service(one, 'list', {})) as { uploads: { upl: string; receipt: string }[] }
    for (const { receipt } of listed) {
      const { fid } = one.web.receipt(receipt)
      if (!fids.has(fid)) await cluster.dfs.delete(fid).catch(passOverMissing)
    }
    const upls = uploads.map(({ upl }) => upl)
    await service(one, 'ack', { upls })
    await service(one, 'drop', { upls })
  }
}

function passOverMissing(error: unknown): void {
  if (!(error instanceof ServerError && error.status === Status.ENOENT)) throw error
}

/** All below the data folder that is neither the system's own nor a metadata file. */
function filesOn({ disk }: Member): { stored: string[]; parts: string[] } {
  const all = readdirSync(join(disk.path, 'data'), { recursive: true, encoding: 'utf8' })
  const stored = all.filter((path) => /^[0-9A-F]{2}\/[0-9A-F]{2}\/.*[^-].$/.test(path) && !path.endsWith('-m'))
  return { stored: stored.sort(), parts: all.filter((path) => /\.(part|json|tmp)$/.test(path)) }
}

it('disks that are full again and again fail no upload, spoil none, and nothing is left behind', async () => {
  const upload = (size: number, way: Upload['way'] = 'stream'): Upload => {
    return { upl: newUploadId(), content: randomBytes(size), way, at: randomInt(2), ep: 1 }
  }
  const large = [17, 18].flatMap((size) => [upload(size * MIB), upload(size * MIB, 'segments')])
  const medium = Array.from({ length: 24 }, (_, n) => upload(70_000 + n * 50_000, n % 4 === 0 ? 'segments' : 'stream'))
  const small = Array.from({ length: 200 }, (_, n) => upload(1 + n * 150))
  const uploads = [...large, ...medium, ...small]
  const lots = Array.from({ length: 10 }, (_, n) => small.slice(n * 20, n * 20 + 20))
  let isOver = false
  const [receipts] = await Promise.all([
    Promise.all([...large.map(drive), ...medium.map(drive), ...lots.map(driveSmall)]).finally(() => {
      isOver = true
    }),
    storm(() => isOver),
  ])
  const stored = receipts.flat()
  expect(stored.map((receipt) => receipt.sha256)).toEqual(uploads.map(({ content }) => sha256(content)))
  expect([...answers.keys()].filter((status) => !FITTING.has(status))).toEqual([])
  expect(answers.get(507)).toBeGreaterThan(0)

  const fids = new Set(stored.map(({ fid }) => fid))
  const names = [...fids].map((fid) => fid.slice('group1/M00/'.length)).sort()
  for (const one of members) {
    await until('every file is here, and no other', async () => {
      await settle(uploads, fids)
      return filesOn(one).stored.join() === names.join()
    })
    for (const { fid, sha256: expected } of stored) {
      const path = join(one.disk.path, 'data', fid.slice('group1/M00/'.length))
      expect(existsSync(`${path}-m`)).toBe(true)
      expect(sha256(readFileSync(path))).toBe(expected)
    }
    await until('no part is left', () => filesOn(one).parts.length === 0)
    expect((await service(one, 'status', {}))['openUploads']).toBe(0)
  }
}, 240_000)
