import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { encodeFileName } from '@cairn/dfs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { content, startCluster, type TestCluster, type TestStorage, until } from './cluster.ts'
import { field, frame, group, int4, int8, probe, text } from './probe.ts'

// What a C storage sends, and what it expects back (internals §4.3, §4.4).
const OK = 0
const ENOENT = 2
const EIO = 5
const EEXIST = 17
const PEER = 100002
const TIME = 1_795_240_000

let cluster: TestCluster
let storage: TestStorage
beforeAll(async () => {
  cluster = await startCluster()
  storage = cluster.storages[0]!
})
afterAll(() => cluster.close())

let random = 0
/** A name that the peer drew for this content. */
function peerName(body: Buffer, kind: 'normal' | 'appender' = 'normal', id = PEER): string {
  random += 1
  const source = { kind: 'id', id } as const
  const facts = {
    source,
    timestamp: TIME - 5,
    size: body.length,
    crc32: crc32(body),
    random23: random,
    kind,
    ext: 'bin',
    digits: 1,
  }
  return `M00/0A/0B/${encodeFileName(facts)}`
}

const ask = (command: number, status: number, ...parts: Buffer[]) =>
  probe(storage.running.tcpPort, frame(command, Buffer.concat(parts), status))
const whole = (command: 16 | 18, name: string, body: Buffer, { status = 0, size = body.length, time = TIME } = {}) =>
  ask(command, status, int8(name.length), int8(size), int4(time), group(), text(name), body)
const create = (name: string, body: Buffer, options = {}) => whole(16, name, body, options)
const range = (command: 25 | 35, name: string, offset: number, body: Buffer) =>
  ask(command, 0, int8(name.length), int8(offset), int8(body.length), int4(TIME), group(), text(name), body)
const truncate = (name: string, oldSize: number, newSize: number) =>
  ask(37, 0, int8(name.length), int8(oldSize), int8(newSize), int4(TIME), group(), text(name))
const remove = (name: string) => ask(17, 0, int4(TIME), group(), text(name))
const pair = (command: 19 | 40, name: string, other: string) =>
  ask(command, 0, int8(name.length), int8(other.length), int4(TIME), group(), text(name), text(other))

const pathOf = (name: string) => join(storage.basePath, 'data', name.slice(4))
const stored = (name: string) => readFileSync(pathOf(name))
const log = () => readFileSync(join(storage.basePath, 'data/sync/binlog.000'), 'latin1')

describe('a file from a peer', () => {
  it.each([0, 12, 4096, 65_537, 2_000_000])('of %i bytes is stored with its source time and logged', async (size) => {
    const body = content(size)
    const name = peerName(body)
    expect(await create(name, body)).toMatchObject({ status: OK, connection: 'kept' })
    expect(stored(name).equals(body)).toBe(true)
    expect(statSync(pathOf(name)).mtimeMs).toBe(TIME * 1000)
    expect(log()).toContain(`${TIME} c ${name}\n`)
  })

  it('that is here in the same size stays as it is, is logged once more and answered with EEXIST', async () => {
    const body = content(3000)
    const name = peerName(body)
    await create(name, body)
    utimesSync(pathOf(name), 1, 1)
    expect(await create(name, content(3000, 9))).toMatchObject({ status: EEXIST, connection: 'kept' })
    expect(stored(name).equals(body)).toBe(true)
    expect(statSync(pathOf(name)).mtimeMs).toBe(1000)
    expect(log().split(`${TIME} c ${name}\n`).length).toBe(3)
  })

  it('announced with status 17 and no content is taken as here, or as missing', async () => {
    const body = content(100)
    const name = peerName(body)
    expect(await create(name, Buffer.alloc(0), { status: 17, size: 100 })).toMatchObject({ status: ENOENT })
    await create(name, body)
    expect(await create(name, Buffer.alloc(0), { status: 17, size: 100 })).toMatchObject({
      status: EEXIST,
      connection: 'kept',
    })
    expect(await create(name, Buffer.alloc(0), { status: 17, size: 99 })).toMatchObject({ status: ENOENT })
  })

  it('that is here in another size is replaced', async () => {
    const name = peerName(content(10), 'appender')
    await create(name, content(10))
    expect(await create(name, content(20, 5))).toMatchObject({ status: OK })
    expect(stored(name).equals(content(20, 5))).toBe(true)
  })

  it('sent as an update always replaces what is here', async () => {
    const name = peerName(content(10), 'appender')
    await create(name, content(10))
    expect(await whole(18, name, content(10, 7))).toMatchObject({ status: OK })
    expect(stored(name).equals(content(10, 7))).toBe(true)
    expect(log()).toContain(`${TIME} u ${name}\n`)
  })

  it('whose content is not what its name says is refused twice, and then the sender is let go on without it', async () => {
    const name = peerName(content(5000))
    expect((await create(name, content(5000, 8))).status).toBe(EIO)
    expect((await create(name, content(4999))).status).toBe(EIO)
    expect((await create(name, content(5000, 8))).status).toBe(OK)
    expect(existsSync(pathOf(name))).toBe(false)
    expect(log()).not.toContain(name)
    expect(await create(name, content(5000))).toMatchObject({ status: OK })
    expect(stored(name).equals(content(5000))).toBe(true)
  })

  it('that this storage made itself is not replaced by what a peer has of it', async () => {
    const fileId = await storage.client.uploadAppender(content(500), { ext: 'log' })
    const name = fileId.slice(7)
    expect(await create(name, content(100))).toMatchObject({ status: EEXIST, connection: 'kept' })
    expect(stored(name).equals(content(500))).toBe(true)
  })
})

describe('a change from a peer', () => {
  it('appends at the end only', async () => {
    const name = peerName(content(10), 'appender')
    await create(name, content(10))
    expect(await range(25, name, 10, text('abcde'))).toMatchObject({ status: OK, body: Buffer.alloc(0) })
    expect(await range(25, name, 10, text('abcde'))).toMatchObject({ status: EEXIST, connection: 'kept' })
    expect(await range(25, name, 12, text('abcdefgh'))).toMatchObject({ status: ENOENT, connection: 'kept' })
    expect(await range(25, name, 99, text('abc'))).toMatchObject({ status: ENOENT, connection: 'kept' })
    expect(stored(name).equals(Buffer.concat([content(10), text('abcde')]))).toBe(true)
    expect(statSync(pathOf(name)).mtimeMs).toBe(TIME * 1000)
    expect(log()).toContain(`${TIME} a ${name} 10 5\n`)
  })

  it('modifies inside the file and at its end', async () => {
    const name = peerName(content(10), 'appender')
    await create(name, content(10))
    expect((await range(35, name, 8, text('wxyz'))).status).toBe(OK)
    expect((await range(35, name, 13, text('!'))).status).toBe(ENOENT)
    expect(stored(name).equals(Buffer.concat([content(10).subarray(0, 8), text('wxyz')]))).toBe(true)
    expect(log()).toContain(`${TIME} m ${name} 8 4\n`)
  })

  it('truncates from the size that it names only', async () => {
    const name = peerName(content(10), 'appender')
    await create(name, content(10))
    expect((await truncate(name, 9, 5)).status).toBe(EEXIST)
    expect((await truncate(name, 10, 4)).status).toBe(OK)
    expect(stored(name).equals(content(10).subarray(0, 4))).toBe(true)
    expect(log()).toContain(`${TIME} t ${name} 10 4\n`)
  })

  it('deletes what is there', async () => {
    const name = peerName(content(10))
    await create(name, content(10))
    expect((await remove(name)).status).toBe(OK)
    expect(existsSync(pathOf(name))).toBe(false)
    expect((await remove(name)).status).toBe(ENOENT)
    expect(log()).toContain(`${TIME} d ${name}\n`)
  })

  it('that deletes a file before it has come keeps it away', async () => {
    const name = peerName(content(10))
    expect((await remove(name)).status).toBe(ENOENT)
    expect(await create(name, content(10))).toMatchObject({ status: EEXIST, connection: 'kept' })
    expect(existsSync(pathOf(name))).toBe(false)
  })

  it('that is repeated after its file was deleted here does not bring it back, whoever deleted it', async () => {
    const names = [peerName(content(10)), peerName(content(11)), peerName(content(12), 'appender')]
    for (const [index, name] of names.entries()) await create(name, content(10 + index))
    await storage.client.deleteFile(`group1/${names[0]}`)
    await storage.client.deleteFile(`group1/${names[2]}`)
    await remove(names[1]!)
    const answers = [
      await create(names[0]!, content(10)),
      await create(names[1]!, content(11)),
      await whole(18, names[2]!, content(12)),
      await create(`${names[0]}-m`, text('a\x021')),
    ]
    expect(answers.map(({ status }) => status)).toEqual([EEXIST, EEXIST, EEXIST, EEXIST])
    expect([...names, `${names[0]}-m`].filter((name) => existsSync(pathOf(name)))).toEqual([])
  })

  it('that deletes a file while its content comes keeps it away, and leaves none of it', async () => {
    const body = content(100_000)
    const name = peerName(body)
    const socket = connect(storage.running.tcpPort, '127.0.0.1')
    const head = [int8(name.length), int8(body.length), int4(TIME), group(), text(name)]
    const request = frame(16, Buffer.concat([...head, body]))
    socket.write(request.subarray(0, 70_000))
    const temporary = join(storage.basePath, 'data/.cairn-tmp')
    await until('half of it is here', () => readdirSync(temporary).length === 1)
    await expect(storage.client.deleteFile(`group1/${name}`)).rejects.toMatchObject({ status: ENOENT })
    socket.write(request.subarray(70_000))
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer[9]).toBe(EEXIST)
    socket.destroy()
    expect([existsSync(pathOf(name)), readdirSync(temporary)]).toEqual([false, []])
  })

  it('renames a regenerated appender, and answers with an empty body', async () => {
    const old = peerName(content(10), 'appender')
    await create(old, content(10))
    const name = peerName(content(10))
    const answer = await pair(40, name, old)
    expect([answer.status, answer.body.length]).toEqual([OK, 0])
    expect(existsSync(pathOf(old))).toBe(false)
    expect(stored(name).equals(content(10))).toBe(true)
    expect(log()).toContain(`${TIME} r ${name} ${old}\n`)
    expect((await pair(40, name, old)).status).toBe(EEXIST)
  })

  it('does not give a copy that lags behind the name that tells its size', async () => {
    const old = peerName(content(10), 'appender')
    await create(old, content(10))
    const name = peerName(content(15))
    expect((await pair(40, name, old)).status).toBe(ENOENT)
    expect(existsSync(pathOf(old))).toBe(false)
    expect(existsSync(pathOf(name))).toBe(false)
  })

  it('makes a link that can be read, and logs both names', async () => {
    const target = peerName(content(30))
    await create(target, content(30))
    const link = target.replace('.bin', '_lnk.bin')
    expect((await pair(19, link, target)).status).toBe(OK)
    expect((await storage.client.downloadBuffer(`group1/${link}`)).equals(content(30))).toBe(true)
    expect(log()).toContain(`${TIME} l ${link} ${target}\n`)
    expect((await pair(19, link, target)).status).toBe(OK)
    expect(log().split(` l ${link}`).length).toBe(2)
  })

  it('makes no link to what is not here, and lets the sender go on', async () => {
    const target = peerName(content(31))
    const link = target.replace('.bin', '_lnk.bin')
    expect(await pair(19, link, target)).toMatchObject({ status: OK, connection: 'kept' })
    expect(existsSync(pathOf(link))).toBe(false)
    expect(log()).not.toContain(link)
  })
})

describe('what a C storage sent to another', () => {
  // Recorded requests in their order, each with the status that the C storage answered.
  const recorded = readFileSync(new URL('../testdata/c-sync-requests.txt', import.meta.url), 'latin1')
    .trim()
    .split('\n')
    .map((line) => {
      const [command, status, body, answer] = line.split(' ')
      const bytes = body === '-' ? Buffer.alloc(0) : Buffer.from(body ?? '', 'hex')
      return { command: Number(command), status: Number(status), body: bytes, answer: Number(answer) }
    })

  it('is answered with the same statuses, and never with a body', async () => {
    expect(recorded.length).toBeGreaterThan(90)
    const answers: Array<[number, number | null]> = []
    for (const { command, status, body } of recorded) {
      const answer = await probe(storage.running.tcpPort, frame(command, body, status))
      expect([answer.body.length, answer.connection]).toEqual([0, 'kept'])
      answers.push([command, answer.status])
    }
    expect(answers).toEqual(recorded.map(({ command, answer }) => [command, answer]))
  })
})

describe('a connection', () => {
  it('of a sender that says who it is tells how far that sender has come; Cairn senders may say so in one word', async () => {
    const answer = await ask(9, 0, field('100002', 16))
    expect(answer).toMatchObject({ status: OK, connection: 'kept' })
    expect(await ask(205, 0, int8(TIME))).toMatchObject({ status: OK, connection: 'kept' })
  })

  it('asks STATUS and learns what this storage is', async () => {
    const { status, body } = await ask(206, 0)
    expect(status).toBe(OK)
    expect(JSON.parse(body.toString())).toMatchObject({ group: 'group1', storageId: '100001', httpPort: -1, kids: [] })
  })
})
