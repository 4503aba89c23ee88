import { randomInt } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConnectionError, ConnectionPool, StorageClient } from '@cairn/dfs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { content, startCluster, type TestCluster, until } from './cluster.ts'
import { bundleDaemon, type Daemon, type DaemonBundle, kill, startDaemon } from './daemon.ts'

let bundle: DaemonBundle
let cluster: TestCluster
let folder: string
let pool: ConnectionPool
let daemon: Daemon | null = null

beforeAll(async () => {
  bundle = await bundleDaemon()
  cluster = await startCluster([])
  folder = join(cluster.folder, '100001')
  pool = new ConnectionPool({ networkTimeoutMs: 10_000 })
}, 60_000)
afterAll(async () => {
  if (daemon !== null) await kill(daemon)
  pool.close()
  await cluster.close()
  bundle.remove()
})

const CONTENTS = [100, 5000, 70_000, 300_000].map((size) => content(size, size))
const pathOf = (fileId: string) => join(folder, 'data', fileId.slice('group1/M00/'.length))

async function start(): Promise<StorageClient> {
  const keys = { port: 0, server_id: '100001', check_file_duplicate: 'true', heart_beat_interval: 1 }
  daemon = await startDaemon(bundle, folder, { ...keys, tracker_server: `127.0.0.1:${cluster.tracker.tcpPort}` })
  return new StorageClient(`127.0.0.1:${daemon.tcpPort}`, pool)
}

/** Uploads and deletes copies of few contents until the storage is gone. */
async function work(client: StorageClient, stored: Map<string, Buffer>): Promise<void> {
  try {
    for (;;) {
      const body = CONTENTS[randomInt(CONTENTS.length)] ?? Buffer.alloc(1)
      const fileId = await client.uploadFile(body, { ext: 'bin' })
      stored.set(fileId, body)
      if (randomInt(3) > 0) continue
      stored.delete(fileId)
      await client.deleteFile(fileId)
    }
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error
  }
}

describe('a storage that looks for duplicates and is killed at any moment', () => {
  it('loses no file, and in the end has each content once and nothing else', async () => {
    const stored = new Map<string, Buffer>()
    for (let round = 0; round < 2; round += 1) {
      const client = await start()
      const enough = stored.size + 25
      const working = [work(client, stored), work(client, stored), work(client, stored)]
      await until('enough is stored', () => stored.size >= enough)
      if (daemon !== null) await kill(daemon)
      await Promise.all(working)
      for (const [fileId, body] of stored) expect(readFileSync(pathOf(fileId)).equals(body)).toBe(true)
    }
    const client = await start()
    for (const body of CONTENTS) {
      const names = [...stored].flatMap(([fileId, other]) => (other === body ? [fileId] : []))
      await until(
        'all of one content are one file',
        () => new Set(names.map((id) => lstatSync(pathOf(id)).ino)).size === 1,
      )
      expect((await client.downloadBuffer(names[0] ?? '')).equals(body)).toBe(true)
    }
    const entries = readdirSync(join(folder, 'data/.cairn-content'), { recursive: true, withFileTypes: true })
    expect(entries.filter((entry) => entry.isFile()).length).toBe(CONTENTS.length)
  }, 120_000)
})
