import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { content, startCluster, type TestCluster, type TestStorage } from './cluster.ts'

let cluster: TestCluster
let storage: TestStorage
beforeAll(async () => {
  cluster = await startCluster(['100001'], { accessLog: { precision: 'ms' } })
  storage = cluster.storages[0]!
}, 60_000)
afterAll(() => cluster.close())

const LINE = /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\] 127\.0\.0\.1 (\S+) (\S*) (\d+) \d+ (\d+) (\d+)$/

describe('the access log', () => {
  it('has a line for each command of a client: action, name, status, bytes with their headers', async () => {
    const { client } = storage
    const fileId = await client.uploadFile(content(16), { ext: 'txt' })
    const name = fileId.slice(7)
    await client.downloadBuffer(fileId)
    await client.setMetadata(fileId, { a: '1' }, 'overwrite')
    await client.queryFileInfo(fileId)
    await client.deleteFile(fileId)
    await expect(client.downloadBuffer(fileId)).rejects.toMatchObject({ status: 2 })
    const appender = await client.uploadAppender(content(5), { ext: 'log' })
    await client.appendFile(appender, content(7))
    const renewed = await client.regenerateFile(appender)
    await storage.stop()

    const lines = readFileSync(join(storage.basePath, 'logs/storage_access.log'), 'latin1').trimEnd().split('\n')
    // Client protocol §4.14: an upload of 16 bytes has 15 + 16 + 10 bytes in, 60 + 10 out.
    expect(lines.map((line) => LINE.exec(line)?.slice(1) ?? line)).toEqual([
      ['upload', name, '0', '41', '70'],
      ['download', name, '0', '86', '26'],
      ['set_metadata', `${name}-m`, '0', '90', '10'],
      ['status', name, '0', '70', expect.any(String)],
      ['delete', name, '0', '70', '10'],
      ['download', name, '2', '86', '10'],
      ['upload', appender.slice(7), '0', '30', '70'],
      ['append', appender.slice(7), '0', '77', '10'],
      ['rename', `${appender.slice(7)}=>${renewed.slice(7)}`, '0', '54', '70'],
    ])
  })
})
