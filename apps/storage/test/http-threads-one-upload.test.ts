import { randomBytes, randomInt } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { Agent, type ClientRequest, request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { ConnectionPool, StorageClient } from '@cairn/dfs-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startCluster, type TestCluster, until } from './cluster.ts'
import { bundleDaemon, type Daemon, type DaemonBundle, kill, startDaemon } from './daemon.ts'
import { type HttpAnswer, receiptIn, receiptOf, TUS_BODY, tusCalls } from './http/http-call.ts'
import { segmentCalls, sendInLanes } from './http/segment-calls.ts'
import { createWebKeys, newUploadId, sha256, type WebKeys } from './http/web-storage.ts'

// Requests of one upload over connections that different threads hold (decision 068). Each line of the storage's log tells the thread.

const MIB = 1024 * 1024
const THREADS = 2
const MEMBERS = ['100001', '100002']
const CONNECTIONS = 12
const ATTEMPTS = 8

let bundle: DaemonBundle
let cluster: TestCluster
let web: WebKeys
let pool: ConnectionPool
let daemons: Daemon[]
let httpPort: number
let agents: Agent[] = []
let probes = 0

beforeAll(async () => {
  bundle = await bundleDaemon()
  cluster = await startCluster([])
  web = createWebKeys(cluster.folder)
  pool = new ConnectionPool()
  daemons = await Promise.all(MEMBERS.map(startMember))
  await until('both are ACTIVE', async () => {
    const members = await cluster.dfs.tracker.listStorages('group1').catch(() => [])
    return members.length === MEMBERS.length && members.every(({ status }) => status === 7)
  })
  httpPort = linesOf<{ httpPort?: number }>(daemons[0]).find((line) => line.httpPort !== undefined)?.httpPort ?? -1
})
afterEach(() => {
  for (const agent of agents) agent.destroy()
  agents = []
})
afterAll(async () => {
  for (const daemon of daemons) await kill(daemon)
  pool.close()
  await cluster.close()
  bundle.remove()
})

function startMember(id: string): Promise<Daemon> {
  const folder = join(cluster.folder, id)
  mkdirSync(folder)
  createWebKeys(cluster.folder, id, folder)
  return startDaemon(bundle, folder, {
    port: 0,
    server_id: id,
    tracker_server: `127.0.0.1:${cluster.tracker.tcpPort}`,
    heart_beat_interval: 1,
    http_port: 0,
    http_access: 'ticket',
    http_threads: THREADS,
    keys_file: join(folder, 'keys.json'),
  })
}

interface LogLine {
  readonly path?: string
  readonly method?: string
  readonly status?: number
  readonly thread?: number
}

const linesOf = <T>(daemon: Daemon | undefined) => (daemon?.lines ?? []).map((line) => JSON.parse(line) as T)

/** What the log says of the requests of one path, when there are so many. */
async function logged(path: string, count = 1, method?: string): Promise<LogLine[]> {
  const own = (line: LogLine) => line.path === path && (method === undefined || line.method === method)
  const find = () => linesOf<LogLine>(daemons[0]).filter(own)
  await until(`the log has ${count} lines of ${path}`, () => find().length >= count)
  return find()
}

/** A connection for each thread, which stays open. The kernel gives one to whichever thread asks first. */
async function oneOfEach(): Promise<Map<number, Agent>> {
  const found = new Map<number, Agent>()
  while (found.size < THREADS) {
    if (agents.length > 100) throw new Error('no other thread takes a connection')
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    agents.push(agent)
    probes += 1
    const path = `/probe-${probes}`
    await answerTo(httpRequest({ host: '127.0.0.1', port: httpPort, path, agent }).end())
    const [line] = await logged(path)
    if (line?.thread !== undefined && !found.has(line.thread)) found.set(line.thread, agent)
  }
  return found
}

function answerTo(request: ClientRequest): Promise<Pick<HttpAnswer, 'status' | 'headers'>> {
  return new Promise((resolve, reject) => {
    request.on('error', reject).on('response', (response) => {
      const { statusCode = 0, headers } = response.resume()
      response.on('end', () => resolve({ status: statusCode, headers }))
    })
  })
}

async function opened(size: number) {
  const content = randomBytes(size)
  const upl = newUploadId()
  const ticket = web.upload({ upl, len: size, mem: MEMBERS[0] ?? '' })
  const calls = tusCalls(httpPort, upl, ticket)
  expect((await calls.create(size)).status).toBe(201)
  const path = `/files/${upl}`
  const begin = (agent: Agent | false, offset: number, length: number) => {
    const own = { 'Upload-Offset': `${offset}`, 'Content-Length': `${length}` }
    const headers = { ...TUS_BODY, Authorization: `Bearer ${ticket}`, ...own }
    const request = httpRequest({ host: '127.0.0.1', port: httpPort, method: 'PATCH', path, headers, agent })
    request.flushHeaders()
    return { request, answer: answerTo(request) }
  }
  return {
    ...{ ...calls, content, begin, path, segments: segmentCalls(httpPort, upl, ticket) },
    offset: async () => Number((await calls.head()).headers['upload-offset']),
    patchOn(agent: Agent | false, offset: number, end: number) {
      const { request, answer } = begin(agent, offset, end - offset)
      request.end(content.subarray(offset, end))
      return answer
    },
  }
}
type Opened = Awaited<ReturnType<typeof opened>>

/** One file comes of it, with the bytes that were sent, at both members. */
async function expectWhole({ content }: Opened, receipt: string): Promise<void> {
  const { fid, sha256: told } = web.receipt(receipt)
  expect(told).toBe(sha256(content))
  for (const [index, id] of MEMBERS.entries()) {
    const path = join(cluster.folder, id, 'data', fid.slice('group1/M00/'.length))
    await until(`${id} has the file`, () => existsSync(`${path}-m`))
    expect(readFileSync(path).equals(content)).toBe(true)
    const client = new StorageClient(`127.0.0.1:${daemons[index]?.tcpPort}`, pool)
    expect((await client.downloadBuffer(fid)).equals(content)).toBe(true)
  }
}

describe('the requests of one upload over connections of several threads', () => {
  it('go on where another thread has ended, in turn', async () => {
    const made = await opened(12 * MIB)
    const [first, second] = (await oneOfEach()).entries()
    const size = 1.5 * MIB
    let last: Pick<HttpAnswer, 'status' | 'headers'> | undefined
    for (let index = 0; index * size < made.content.length; index += 1) {
      const [, agent = false] = (index % 2 === 0 ? first : second) ?? []
      last = await made.patchOn(agent, index * size, (index + 1) * size)
      expect([last.status, last.headers['upload-offset']]).toEqual([204, `${(index + 1) * size}`])
    }
    const threads = (await logged(made.path, 8, 'PATCH')).map(({ thread }) => thread)
    expect(threads).toEqual(Array.from({ length: 4 }, () => [first?.[0], second?.[0]]).flat())
    await expectWhole(made, await receiptIn(last as HttpAnswer, made))
  })

  it('come at once, and one of them is the newest', async () => {
    const made = await opened(6 * MIB)
    const both = [...(await oneOfEach()).values()]
    let rounds = 0
    for (let from = 0; from < made.content.length; rounds += 1) {
      const end = Math.min(made.content.length, from + MIB)
      const answers = await Promise.all(both.map((agent) => made.patchOn(agent, from, end)))
      // One was too quick to be stopped, or was stopped in the middle, and the other came where the offset had moved on.
      for (const { status } of answers) expect([204, 403, 409, 423]).toContain(status)
      const next = await made.offset()
      expect(next).toBeGreaterThanOrEqual(answers.some(({ status }) => status === 204) ? end : from)
      from = next
    }
    const lines = await logged(made.path, 2 * rounds, 'PATCH')
    expect(new Set(lines.map(({ thread }) => thread))).toEqual(new Set([1, 2]))
    await expectWhole(made, await receiptOf(made))
  })

  it('take over from one that is silent on a half-open connection of another thread, with its bytes', async () => {
    const made = await opened(6 * MIB)
    const [silent = false, agent = false] = [...(await oneOfEach()).values()]
    const old = made.begin(silent, 0, made.content.length)
    old.request.write(made.content.subarray(0, 3 * MIB))
    const part = join(cluster.folder, MEMBERS[0] ?? '', 'data/.cairn-parts', partOf(made))
    await until('the old one is stored', () => existsSync(part) && readFileSync(part).length === 3 * MIB)
    const last = await made.patchOn(agent, 3 * MIB, made.content.length)
    expect(last.status).toBe(204)
    expect((await old.answer).status).toBe(423)
    old.request.destroy()
    await expectWhole(made, await receiptIn(last as HttpAnswer, made))
  })

  it('leave a whole file when twelve connections fight for it and are cut at random', async () => {
    const made = await opened(24 * MIB)
    // Two that are silent, at both threads.
    for (const agent of (await oneOfEach()).values()) {
      const { request, answer } = made.begin(agent, 0, made.content.length)
      answer.catch(() => undefined)
      request.write(made.content.subarray(0, MIB))
    }
    let told = 0
    const fight = async () => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const known = told
        const head = await made.head()
        if (head.status === 423) continue
        const from = Number(head.headers['upload-offset'])
        expect([head.status, from >= known]).toEqual([200, true])
        if (from === made.content.length) return
        const end = Math.min(made.content.length, from + randomInt(1, 3 * MIB))
        const answer = await patchAndCut(made, from, end)
        if (answer === null) continue
        expect([204, 403, 409, 423]).toContain(answer.status)
        if (answer.status === 204) told = Math.max(told, Number(answer.headers['upload-offset']))
      }
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, fight))
    const from = await made.offset()
    expect(from).toBeGreaterThanOrEqual(told)
    expect(from).toBeGreaterThan(0)
    const lines = await logged(made.path, CONNECTIONS, 'PATCH')
    expect(new Set(lines.map(({ thread }) => thread))).toEqual(new Set([1, 2]))
    // The rest in segments, side by side: it goes on where the fight has left it.
    const sent = await sendInLanes(made.segments, made.content, { from, size: MIB, lanes: 4 })
    expect(sent.failed).toBeNull()
    await expectWhole(made, sent.receipt ?? (await receiptOf(made)))
  })
})

const partOf = ({ path }: Opened) => {
  const upl = path.slice('/files/'.length)
  return join(upl.slice(0, 2), `${upl}.part`)
}

/** One in three loses its connection after some of its bytes; null then, and when a connection was ended. */
async function patchAndCut(made: Opened, from: number, end: number) {
  const { request, answer } = made.begin(false, from, end - from)
  const outcome = answer.catch(() => null)
  const cut = randomInt(0, 3) === 0 ? randomInt(0, end - from) : end - from
  await new Promise((resolve) => request.write(made.content.subarray(from, from + cut), resolve))
  if (cut < end - from) request.destroy()
  else request.end()
  return await outcome
}
