import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { ConnectionPool } from '@cairn/dfs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFindAtSource } from './source-files.ts'

const FILE_ID = 'group1/M00/00/00/oYYBAF8AAAAAAAAAAAAABcv0OSYAAAAA.txt'
const HEADER_SIZE = 10
const ENOENT = 2

/** The header's command and status byte of every request, in order. */
let requests: { command: number; status: number }[]
let answers: Map<number, { status: number; body: Buffer }>
let server: Server
let pool: ConnectionPool
let address: string

beforeEach(async () => {
  requests = []
  answers = new Map()
  server = createServer((socket) => {
    socket.on('data', (bytes: Buffer) => {
      const command = bytes.readUInt8(8)
      requests.push({ command, status: bytes.readUInt8(9) })
      const { status, body } = answers.get(command) ?? { status: ENOENT, body: Buffer.alloc(0) }
      const header = Buffer.alloc(HEADER_SIZE)
      header.writeBigInt64BE(BigInt(body.length), 0)
      header.writeUInt8(100, 8)
      header.writeUInt8(status, 9)
      socket.write(Buffer.concat([header, body]))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  pool = new ConnectionPool()
})

afterEach(async () => {
  pool.close()
  await new Promise((resolve) => server.close(resolve))
})

/** The answer to QUERY_FILE_INFO: size, mtime and CRC-32 as 8 bytes each, 16 bytes of address. */
function fileInfo(size: number, mtime: number): Buffer {
  const body = Buffer.alloc(40)
  body.writeBigInt64BE(BigInt(size), 0)
  body.writeBigInt64BE(BigInt(mtime), 8)
  body.write('127.0.0.1', 24)
  return body
}

describe('a file at its source', () => {
  it('is asked for with the mark that keeps the source from asking further', async () => {
    answers.set(22, { status: 0, body: fileInfo(5, 1_700_000_000) })
    answers.set(14, { status: 0, body: Buffer.from('hello') })
    const file = await createFindAtSource(pool, () => address)(FILE_ID)
    expect([file?.size, file?.mtime]).toEqual([5, 1_700_000_000])
    const chunks: Buffer[] = []
    for await (const chunk of (await file?.read(0, 5)) ?? []) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).toString()).toBe('hello')
    expect(requests.map(({ command }) => command)).toEqual([22, 14])
    expect(requests.map(({ status }) => status & 0x40)).toEqual([0x40, 0x40])
  })

  it('of which other than the wanted bytes come is not passed on', async () => {
    answers.set(22, { status: 0, body: fileInfo(5, 1_700_000_000) })
    const file = await createFindAtSource(pool, () => address)(FILE_ID)
    for (const body of ['hell', 'hello!']) {
      answers.set(14, { status: 0, body: Buffer.from(body) })
      await expect(file?.read(0, 5)).rejects.toMatchObject({ status: 503, code: 'source_down' })
    }
  })

  it('that the source does not have is null, and so is one without a source', async () => {
    expect(await createFindAtSource(pool, () => address)(FILE_ID)).toBeNull()
    expect(await createFindAtSource(pool, () => null)(FILE_ID)).toBeNull()
  })

  it('whose source is down is 503', async () => {
    await new Promise((resolve) => server.close(resolve))
    await expect(createFindAtSource(pool, () => address)(FILE_ID)).rejects.toMatchObject({
      status: 503,
      code: 'source_down',
    })
  })
})
