import { get } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storageConfigDefaults } from '../src/config.ts'
import { content, startCluster, type TestCluster, type TestStorage } from './cluster.ts'

let cluster: TestCluster
let storage: TestStorage
beforeAll(async () => {
  const http = { ...storageConfigDefaults.http, port: 0, bindAddress: '127.0.0.1', access: 'open' } as const
  cluster = await startCluster(['100001'], { uploadDurability: 'group', http })
  storage = cluster.storages[0]!
}, 60_000)
afterAll(() => cluster.close())

/** Changes that have waited for the disk so far, as the storage itself counts them. */
async function served(): Promise<number> {
  const text = await new Promise<string>((resolve, reject) => {
    get({ host: '127.0.0.1', port: storage.running.httpPort, path: '/metrics' }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (piece: string) => {
        body += piece
      })
      response.on('end', () => resolve(body))
    }).on('error', reject)
  })
  return Number(/^cairn_store_sync_served_total\{durability="group"\} (\d+)$/m.exec(text)?.[1])
}

describe('at upload_durability = group', () => {
  it('every change of a file waits for the disk before it is acknowledged', async () => {
    const { client } = storage
    let appender = await client.uploadAppender(content(100), { ext: 'bin' })
    const changes: Array<[string, () => Promise<unknown>]> = [
      ['append', () => client.appendFile(appender, content(50))],
      ['modify', () => client.modifyFile(appender, 10, content(20))],
      ['truncate', () => client.truncateFile(appender, 60)],
      ['set metadata', () => client.setMetadata(appender, { a: '1' }, 'overwrite')],
      [
        'regenerate',
        async () => {
          appender = await client.regenerateFile(appender)
        },
      ],
      ['delete', () => client.deleteFile(appender)],
    ]
    const unsynced: string[] = []
    for (const [name, change] of changes) {
      const before = await served()
      await change()
      if ((await served()) <= before) unsynced.push(name)
    }
    expect(unsynced).toEqual([])
  })
})
