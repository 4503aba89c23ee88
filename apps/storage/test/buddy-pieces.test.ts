import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCluster, type TestCluster, type TestStorage } from './cluster.ts'
import { addWebMember } from './http/web-member.ts'
import { newUploadId } from './http/web-storage.ts'
import { frame, int4, int8, probe, text } from './probe.ts'

// PART_WRITE (201) by hand: pieces of several uploads that arrive interleaved, broken off, or spoilt.

const PART_WRITE = 201
const PIECE = 1024 * 1024
const LEN = 4 * PIECE

let cluster: TestCluster
let member: TestStorage

beforeAll(async () => {
  cluster = await startCluster([])
  member = await addWebMember(cluster, '100001')
})
afterAll(() => cluster.close())

function pieceFrame(upl: string, offset: number, data: Buffer, { about = '', crc = crc32(data) } = {}): Buffer {
  const key = Buffer.concat([Buffer.from(upl, 'hex'), int4(1), int8(offset), int8(data.length), int4(crc)])
  return frame(PART_WRITE, Buffer.concat([key, int4(about.length), text(about), data]))
}

async function newCopy(): Promise<string> {
  const upl = newUploadId()
  const about = { len: LEN, lenMax: LEN, ext: 'bin', own: 'o', ent: 'e', metadata: '', storePathIndex: 0 }
  const made = pieceFrame(upl, 0, Buffer.alloc(0), { about: JSON.stringify(about) })
  expect(await probe(member.running.tcpPort, made)).toMatchObject({ status: 0, connection: 'kept' })
  return upl
}

async function open(): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: member.running.tcpPort })
  await once(socket, 'connect')
  return socket
}

/** Status and the bytes that are there now. */
async function answerOn(socket: Socket): Promise<[number, number]> {
  let answer = Buffer.alloc(0)
  while (answer.length < 18) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    answer = Buffer.concat([answer, chunk])
  }
  return [answer.readUInt8(9), Number(answer.readBigInt64BE(10))]
}

const written = (socket: Socket, bytes: Buffer) => new Promise((resolve) => socket.write(bytes, resolve))
const copyOf = (upl: string) => readFileSync(join(member.basePath, 'data/.cairn-parts', upl.slice(0, 2), `${upl}.part`))

describe('pieces of uploads that are kept for another member', () => {
  it('do not get into each other, however they arrive', async () => {
    const uploads = [await newCopy(), await newCopy(), await newCopy()]
    const sockets = [await open(), await open(), await open()]
    const sent: Buffer[][] = uploads.map(() => [])
    for (let round = 0; round < 3; round += 1) {
      const pieces = uploads.map(() => randomBytes(PIECE - round))
      const frames = uploads.map((upl, i) =>
        pieceFrame(upl, Buffer.concat(sent[i] ?? []).length, pieces[i] ?? Buffer.alloc(0)),
      )
      const answers = sockets.map((socket) => answerOn(socket))
      for (const [from, to] of [
        [0, 300_000],
        [300_000, 700_000],
        [700_000, PIECE + 1000],
      ] as const) {
        for (const [i, socket] of sockets.entries())
          await written(socket, (frames[i] ?? Buffer.alloc(0)).subarray(from, to))
      }
      for (const [i, piece] of pieces.entries()) sent[i]?.push(piece)
      const sizes = sent.map((all) => Buffer.concat(all).length)
      expect(await Promise.all(answers)).toEqual(sizes.map((size) => [0, size]))
    }
    for (const [i, upl] of uploads.entries()) expect(copyOf(upl).equals(Buffer.concat(sent[i] ?? []))).toBe(true)
    for (const socket of sockets) socket.destroy()
  })

  it('that break off in the middle leave nothing behind, and disturb no other', async () => {
    const [broken, whole] = [await newCopy(), await newCopy()]
    const [first, second] = [await open(), await open()]
    await written(first, pieceFrame(broken, 0, randomBytes(PIECE)).subarray(0, 500_000))
    const content = randomBytes(2 * PIECE)
    const begun = answerOn(second)
    await written(second, pieceFrame(whole, 0, content.subarray(0, PIECE)).subarray(0, 600_000))
    first.destroy()
    await once(first, 'close')
    await written(second, pieceFrame(whole, 0, content.subarray(0, PIECE)).subarray(600_000))
    expect(await begun).toEqual([0, PIECE])
    const next = answerOn(second)
    await written(second, pieceFrame(whole, PIECE, content.subarray(PIECE)))
    expect(await next).toEqual([0, 2 * PIECE])
    expect([copyOf(broken).length, copyOf(whole).equals(content)]).toEqual([0, true])
    second.destroy()
  })

  it('that were spoilt on their way, or say too much of themselves, are refused', async () => {
    const upl = await newCopy()
    const { tcpPort } = member.running
    expect((await probe(tcpPort, pieceFrame(upl, 0, randomBytes(PIECE), { crc: 1 }))).status).toBe(5)
    expect((await probe(tcpPort, pieceFrame(upl, 0, randomBytes(PIECE + 1)))).status).toBe(22)
    expect(copyOf(upl).length).toBe(0)
  })
})
