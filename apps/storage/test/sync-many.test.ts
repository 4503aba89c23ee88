import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { encodeFileName } from '@cairn/dfs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { content, startCluster, type TestCluster, type TestStorage } from './cluster.ts'
import { frame, group, int4, probe, text } from './probe.ts'

// SYNC_CREATE_FILES, byte by byte after docs/wire-protocol.md.
const [OK, EIO, EEXIST, EINVAL] = [0, 5, 17, 22]
const TIME = 1_795_240_000

let cluster: TestCluster
let storage: TestStorage
beforeAll(async () => {
  cluster = await startCluster()
  storage = cluster.storages[0]!
})
afterAll(() => cluster.close())

let random = 0
/** A name that a peer drew for this content. */
function nameOf(body: Buffer): string {
  random += 1
  const source = { kind: 'id', id: 100002 } as const
  const facts = { source, timestamp: TIME - 5, size: body.length, crc32: crc32(body), random23: random, digits: 1 }
  return `M00/0C/0D/${encodeFileName({ ...facts, kind: 'normal', ext: 'bin' })}`
}

const file = (name: string, body: Buffer, time = TIME) =>
  Buffer.concat([Buffer.from([name.length]), int4(body.length), int4(time), text(name), body])
const many = (...files: Buffer[]) => frame(207, Buffer.concat([group(), ...files]))
const send = (...files: Buffer[]) => probe(storage.running.tcpPort, many(...files))
const statuses = async (...files: Buffer[]) => [...(await send(...files)).body]

const pathOf = (name: string) => join(storage.basePath, 'data', name.slice(4))
const log = () => readFileSync(join(storage.basePath, 'data/sync/binlog.000'), 'latin1')

describe('many small files from a peer', () => {
  it('are stored under their names with the source times, and logged in their order', async () => {
    const bodies = [0, 12, 4096, 64 * 1024].map((size) => content(size, size))
    const names = bodies.map((body) => nameOf(body))
    const answer = await send(...bodies.map((body, i) => file(names[i]!, body, TIME + i)))
    expect(answer).toMatchObject({ status: OK, connection: 'kept' })
    expect([...answer.body]).toEqual([OK, OK, OK, OK])
    for (const [i, name] of names.entries()) {
      expect(readFileSync(pathOf(name)).equals(bodies[i]!)).toBe(true)
      expect(statSync(pathOf(name)).mtimeMs).toBe((TIME + i) * 1000)
    }
    const logged = log()
      .split('\n')
      .filter((line) => names.some((name) => line.endsWith(name)))
    expect(logged).toEqual(names.map((name, i) => `${TIME + i} c ${name}`))
  })

  it('256 of them are all answered in their places', async () => {
    const bodies = Array.from({ length: 256 }, (_, i) => content(4000, i))
    const names = bodies.map((body) => nameOf(body))
    const there = names[200]!
    expect(await statuses(file(there, bodies[200]!))).toEqual([OK])
    const answered = await statuses(...names.map((name, i) => file(name, bodies[i]!)))
    expect(answered).toEqual(names.map((name) => (name === there ? EEXIST : OK)))
    expect(names.filter((name) => !existsSync(pathOf(name)))).toEqual([])
  })

  it('each has its own status: what is wrong with one does not concern the others', async () => {
    const bodies = [content(100, 1), content(200, 2), content(300, 3), content(400, 4), content(500, 5)]
    const [sound, spoilt, here, deleted, last] = bodies.map((body) => nameOf(body))
    await send(file(here!, bodies[2]!), file(deleted!, bodies[3]!))
    await storage.client.deleteFile(`group1/${deleted}`)
    const answer = await send(
      file(sound!, bodies[0]!),
      file(spoilt!, content(200, 9)),
      file(here!, bodies[2]!),
      file(deleted!, bodies[3]!),
      file('M00/../../etc/passwd', bodies[0]!),
      file(last!, bodies[4]!),
    )
    expect(answer).toMatchObject({ status: OK, connection: 'kept' })
    expect([...answer.body]).toEqual([OK, EIO, EEXIST, EEXIST, EINVAL, OK])
    const there = [sound, spoilt, here, deleted, last].map((name) => existsSync(pathOf(name!)))
    expect(there).toEqual([true, false, true, false, true])
    expect(log()).not.toContain(spoilt)
  })

  it('do not replace what this storage made itself', async () => {
    const own = await storage.client.uploadAppender(content(500), { ext: 'log' })
    expect(await statuses(file(own.slice(7), content(100)))).toEqual([EEXIST])
    expect((await storage.client.downloadBuffer(own)).equals(content(500))).toBe(true)
  })

  it('come whole or not at all when the connection breaks, and may come again', async () => {
    const bodies = Array.from({ length: 20 }, (_, i) => content(5000, i))
    const names = bodies.map((body) => nameOf(body))
    const bytes = many(...names.map((name, i) => file(name, bodies[i]!)))
    const socket = connect(storage.running.tcpPort, '127.0.0.1')
    // The storage closes when it has noticed that the rest will not come.
    socket.end(bytes.subarray(0, bytes.length - 1)).resume()
    await once(socket, 'close')
    expect(names.filter((name) => existsSync(pathOf(name)))).toEqual([])
    const whole = await probe(storage.running.tcpPort, bytes)
    expect([...whole.body]).toEqual(names.map(() => OK))
    const again = await probe(storage.running.tcpPort, bytes)
    expect([...again.body]).toEqual(names.map(() => EEXIST))
    expect(names.map((name, i) => readFileSync(pathOf(name)).equals(bodies[i]!))).toEqual(names.map(() => true))
  })

  it.each([
    ['of another group', frame(207, Buffer.concat([group('group2'), file(nameOf(content(5)), content(5))]))],
    ['that end within a file', many(file(nameOf(content(5)), content(5)).subarray(0, -1))],
    ['with more than 1 MiB and what stands beside it', frame(207, Buffer.alloc(0), 0, 1024 * 1024 + 100_000)],
  ])('%s are refused together', async (_what, bytes) => {
    expect(await probe(storage.running.tcpPort, bytes)).toMatchObject({ status: EINVAL, connection: 'closed' })
  })

  it('are offered in the answer to STATUS', async () => {
    const { body } = await probe(storage.running.tcpPort, frame(206, Buffer.alloc(0)))
    expect(JSON.parse(body.toString())).toMatchObject({ commands: [207] })
  })
})
