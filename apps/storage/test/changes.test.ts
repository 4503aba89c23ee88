import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { parseFileId } from '@cairn/dfs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { content, startCluster, type TestCluster, type TestStorage, until } from './cluster.ts'
import { frame, group, int8, probe, text } from './probe.ts'

let cluster: TestCluster
let storage: TestStorage
beforeAll(async () => {
  cluster = await startCluster()
  storage = cluster.storages[0]!
})
afterAll(() => cluster.close())

const pathOf = (fileId: string) => join(storage.basePath, 'data', fileId.slice('group1/M00/'.length))
const stored = (fileId: string) => readFileSync(pathOf(fileId))
const log = () => readFileSync(join(storage.basePath, 'data/sync/binlog.000'), 'latin1')
const linesOf = (fileId: string) =>
  log()
    .split('\n')
    .filter((line) => line.includes(fileId.slice(7)))
    .map((line) => line.split(' ').slice(1).join(' ').replaceAll(fileId.slice(7), '*'))
const temporaries = () => readdirSync(join(storage.basePath, 'data/.cairn-tmp'))
const appender = (body: Buffer) => storage.client.uploadAppender(body, { ext: 'log' })
const ask = (command: number, ...parts: Buffer[]) =>
  probe(storage.running.tcpPort, frame(command, Buffer.concat(parts)))

/** Sends a part of a frame and breaks the connection off. */
async function breakOff(bytes: Buffer): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: storage.running.tcpPort })
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()))
  // The storage has read what came before the end when it sees the end.
  await new Promise<void>((resolve) => socket.end(() => resolve()))
  await new Promise<void>((resolve) => socket.on('close', () => resolve()).resume())
}

describe('appender files', () => {
  it('are appended to, modified and truncated, each logged with its numbers', async () => {
    const fileId = await appender(content(10))
    await storage.client.appendFile(fileId, text('abcde'))
    await storage.client.modifyFile(fileId, 13, text('XYZ'))
    await storage.client.truncateFile(fileId, 4)
    await storage.client.truncateFile(fileId, 20)
    expect(stored(fileId).equals(Buffer.concat([content(4), Buffer.alloc(16)]))).toBe(true)
    expect(linesOf(fileId)).toEqual(['C *', 'A * 10 5', 'M * 13 3', 'T * 16 4', 'T * 4 20'])
  })

  it('of which nothing changes are not logged, and the answer is empty', async () => {
    const fileId = await appender(content(10))
    const name = fileId.slice(7)
    const nothing = Buffer.alloc(0)
    const answers = [
      await ask(24, int8(44), int8(0), text(name)),
      await ask(34, int8(44), int8(3), int8(0), text(name)),
      await ask(36, int8(44), int8(10), text(name)),
    ]
    expect(answers).toEqual(answers.map(() => ({ status: 0, body: nothing, connection: 'kept' })))
    expect(linesOf(fileId)).toEqual(['C *'])
  })

  it('take one append after the other, whole, however many clients append', async () => {
    const fileId = await appender(Buffer.alloc(0))
    const pieces = Array.from({ length: 20 }, (_, i) => Buffer.alloc(150_000, i + 1))
    await Promise.all(pieces.map((piece) => storage.client.appendFile(fileId, piece)))
    const bytes = stored(fileId)
    expect(bytes.length).toBe(20 * 150_000)
    const found = Array.from({ length: 20 }, (_, i) => bytes.subarray(i * 150_000, (i + 1) * 150_000))
    expect(found.every((piece) => piece.every((byte) => byte === piece[0]))).toBe(true)
    expect(new Set(found.map((piece) => piece[0])).size).toBe(20)
  })

  it('lose an append that breaks off', async () => {
    const fileId = await appender(content(1000))
    const bytes = frame(
      24,
      Buffer.concat([int8(44), int8(500_000), text(fileId.slice(7)), content(200_000)]),
      0,
      16 + 44 + 500_000,
    )
    await breakOff(bytes)
    await until('it is cut off again', () => stored(fileId).length === 1000)
    expect(stored(fileId).equals(content(1000))).toBe(true)
    await until('nothing is left', () => temporaries().length === 0)
    await storage.client.appendFile(fileId, text('after'))
    expect(linesOf(fileId)).toEqual(['C *', 'A * 1000 5'])
  })

  it('keep what came of a modify that breaks off, and log it for the replicas', async () => {
    const fileId = await appender(content(600_000))
    const body = Buffer.concat([int8(44), int8(100), int8(500_000), text(fileId.slice(7)), Buffer.alloc(200_000, 1)])
    await breakOff(frame(34, body, 0, 24 + 44 + 500_000))
    await until('it is logged', () => linesOf(fileId).length === 2)
    expect(linesOf(fileId)).toEqual(['C *', 'M * 100 200000'])
    expect(
      stored(fileId)
        .subarray(100, 200_100)
        .every((byte) => byte === 1),
    ).toBe(true)
    expect(stored(fileId).length).toBe(600_000)
  })

  it('become normal files with the size and CRC-32 of what they are then', async () => {
    const fileId = await appender(content(10))
    await storage.client.appendFile(fileId, content(200_000, 2))
    const whole = Buffer.concat([content(10), content(200_000, 2)])
    await storage.client.setMetadata(fileId, { a: '1' }, 'overwrite')
    const renewed = await storage.client.regenerateFile(fileId)
    expect(parseFileId(renewed)).toMatchObject({ kind: 'normal', size: whole.length, crc32: crc32(whole) })
    expect(renewed.slice(-7)).toBe(fileId.slice(-7))
    expect(renewed.slice(0, 17)).toBe(fileId.slice(0, 17))
    expect(stored(renewed).equals(whole)).toBe(true)
    expect(existsSync(pathOf(fileId))).toBe(false)
    expect(log()).toContain(` R ${renewed.slice(7)} ${fileId.slice(7)}\n`)
    await expect(storage.client.getMetadata(renewed)).rejects.toMatchObject({ status: 2 })
  })
})

describe('an upload', () => {
  it.each([5000, 500_000])('of %i bytes that breaks off leaves nothing', async (size) => {
    const before = log()
    const files = () => readdirSync(join(storage.basePath, 'data/00'), { recursive: true }).length
    const count = files()
    const head = Buffer.concat([Buffer.from([0xff]), int8(size), Buffer.from('bin\0\0\0')])
    await breakOff(frame(11, Buffer.concat([head, content(size - 100)]), 0, 15 + size))
    await until('nothing is left', () => temporaries().length === 0 && files() === count)
    expect(log()).toBe(before)
  })

  it('of a slave that breaks off leaves nothing, and the slave can be uploaded again', async () => {
    const master = await storage.client.uploadFile(content(50), { ext: 'jpg' })
    const head = Buffer.concat([
      int8(44),
      int8(300_000),
      Buffer.from('_s'.padEnd(16, '\0')),
      Buffer.from('jpg\0\0\0'),
      text(master.slice(7)),
    ])
    await breakOff(frame(21, Buffer.concat([head, content(100_000)]), 0, head.length + 300_000))
    await until('nothing is left', () => temporaries().length === 0)
    const slave = await storage.client.uploadSlave(master, '_s', 'jpg', content(300_000))
    expect(stored(slave).equals(content(300_000))).toBe(true)
    expect(linesOf(slave)).toEqual(['C *'])
  })

  it('that is in the middle shows nothing under any name', async () => {
    const { length } = readdirSync(join(storage.basePath, 'data/00'), { recursive: true })
    const socket = connect({ host: '127.0.0.1', port: storage.running.tcpPort })
    const head = Buffer.concat([Buffer.from([0xff]), int8(400_000), Buffer.from('bin\0\0\0')])
    socket.write(frame(11, Buffer.concat([head, content(300_000)]), 0, 15 + 400_000))
    await until('a part of it is written', () => temporaries().length === 1)
    expect(readdirSync(join(storage.basePath, 'data/00'), { recursive: true }).length).toBe(length)
    const answer = new Promise<Buffer>((resolve) => socket.once('data', resolve))
    socket.write(content(400_000).subarray(300_000))
    expect((await answer).readUInt8(9)).toBe(0)
    socket.destroy()
    expect(temporaries()).toEqual([])
  })
})

describe('metadata', () => {
  const set = (fileId: string, flag: string, bytes: string) =>
    ask(13, int8(44), int8(bytes.length), text(flag), group(), text(fileId.slice(7)), text(bytes))
  const get = async (fileId: string) => (await ask(15, group(), text(fileId.slice(7)))).body.toString('latin1')

  it('is kept sorted, replaced by O, merged by M and removed by an empty O; each change is one record', async () => {
    const fileId = await storage.client.uploadFile(content(20), { ext: 'bin' })
    await set(fileId, 'O', 'b\x022\x01a\x021')
    expect(await get(fileId)).toBe('a\x021\x01b\x022')
    await set(fileId, 'M', 'c\x024\x01b\x023')
    expect(await get(fileId)).toBe('a\x021\x01b\x023\x01c\x024')
    await set(fileId, 'O', 'z\x029')
    expect(await get(fileId)).toBe('z\x029')
    expect((await set(fileId, 'O', '')).status).toBe(0)
    expect((await ask(15, group(), text(fileId.slice(7)))).status).toBe(2)
    expect(linesOf(fileId)).toEqual(['C *', 'C *-m', 'U *-m', 'U *-m', 'D *-m'])
  })

  it('that changes nothing is not logged', async () => {
    const fileId = await storage.client.uploadFile(content(20), { ext: 'bin' })
    await set(fileId, 'O', 'a\x021')
    await set(fileId, 'O', 'a\x021')
    await set(fileId, 'M', 'a\x021')
    await set(fileId, 'M', '')
    expect(linesOf(fileId)).toEqual(['C *', 'C *-m'])
  })

  it('that is malformed loses what is malformed, and only that', async () => {
    const fileId = await storage.client.uploadFile(content(20), { ext: 'bin' })
    const long = `${'n'.repeat(70)}\x02${'v'.repeat(300)}`
    await set(fileId, 'O', `nonsense\x01a\x021\x01x\x02y\x02z\x01a\x022\x01${long}\x01`)
    expect(await get(fileId)).toBe(`a\x022\x01${'n'.repeat(64)}\x02${'v'.repeat(256)}`)
  })

  it('of 64 KB is stored, above the buffer it is refused', async () => {
    const fileId = await storage.client.uploadFile(content(20), { ext: 'bin' })
    const many = Array.from({ length: 240 }, (_, i) => `k${i}\x02${'v'.repeat(250)}`).join('\x01')
    expect((await set(fileId, 'O', many)).status).toBe(0)
    expect((await get(fileId)).length).toBe(many.length)
    expect((await set(fileId, 'O', many.repeat(6))).status).toBe(22)
  })

  it('goes with its file', async () => {
    const fileId = await storage.client.uploadFile(content(20), { ext: 'bin' })
    await set(fileId, 'O', 'a\x021')
    await storage.client.deleteFile(fileId)
    expect([existsSync(pathOf(fileId)), existsSync(`${pathOf(fileId)}-m`)]).toEqual([false, false])
    expect(linesOf(fileId)).toEqual(['C *', 'C *-m', 'D *', 'D *-m'])
  })
})
