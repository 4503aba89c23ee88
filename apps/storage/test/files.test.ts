import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { parseFileId, ServerError } from '@cairn/dfs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { content, startCluster, type TestCluster } from './cluster.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())

describe('files of one storage', () => {
  it.each([0, 1, 12, 4096, 65_535, 65_536, 65_537, 1_000_003])(
    'a file of %i bytes comes back as it was',
    async (size) => {
      const body = content(size)
      const fileId = await cluster.dfs.upload(body, { ext: 'bin' })
      const facts = parseFileId(fileId)
      expect(facts.size).toBe(size)
      expect(facts.crc32).toBe(crc32(body))
      expect(facts.source).toEqual({ kind: 'id', id: 100001 })
      const info = await cluster.dfs.fileInfo(fileId)
      expect(info).toMatchObject({ size, crc32: crc32(body), sourceIp: '127.0.0.1' })
      // As FastDFS 6.16, the storage refuses to send nothing.
      const download = cluster.storages[0]!.client.downloadBuffer(fileId)
      if (size === 0) await expect(download).rejects.toThrow(ServerError)
      else expect((await download).equals(body)).toBe(true)
    },
  )

  it('every acknowledged upload has a record, in the order of the answers', async () => {
    const names: string[] = []
    for (let i = 0; i < 5; i += 1) names.push((await cluster.dfs.upload(content(100 + i), { ext: 'txt' })).slice(7))
    const log = readFileSync(join(cluster.storages[0]!.basePath, 'data/sync/binlog.000'), 'latin1')
    const logged = log.split('\n').flatMap((line) => / C (.*)$/.exec(line)?.[1] ?? [])
    expect(logged.slice(-5)).toEqual(names)
  })
})
