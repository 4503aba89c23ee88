import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ConnectionPool, parseFileId, StorageClient } from '@cairn/dfs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultTrackerConfig } from '../../tracker/src/config.ts'
import { type RunningTracker, startTracker } from '../../tracker/src/tracker.ts'
import { storageConfigDefaults } from '../src/config.ts'
import { startStorage } from '../src/storage.ts'
import { content, logger, testStorageConfig } from './cluster.ts'

// Files of a C storage that ran on this address without storage ids (reference: recorded from 6.16.1).
const ADDRESS = '127.0.71.11'
const HELLO = Buffer.from('hello world\n')
const recorded = (name: string) => readFileSync(new URL(`../testdata/${name}`, import.meta.url), 'latin1')

let folder: string
let base: string
let tracker: RunningTracker
let pool: ConnectionPool
/** Names of the C storage's files that hold "hello world". */
let names: string[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-adoption-'))
  base = join(folder, 'storage')
  mkdirSync(join(base, 'data/sync'), { recursive: true })
  mkdirSync(join(folder, 'tracker'))
  const config = defaultTrackerConfig(join(folder, 'tracker'))
  tracker = await startTracker(
    {
      ...config,
      bindAddresses: ['127.0.0.1'],
      port: 0,
      http: { bindAddress: '127.0.0.1', port: -1 },
      cluster: { ...config.cluster, reservedSpace: { kind: 'mb', mb: 1 } },
    },
    logger,
  )
  pool = new ConnectionPool({ networkTimeoutMs: 10_000 })
  layOut()
})
afterEach(async () => {
  pool.close()
  await tracker.close()
  rmSync(folder, { recursive: true })
})

function layOut(): void {
  const put = (name: string, text: string | Buffer) => {
    mkdirSync(dirname(join(base, 'data', name)), { recursive: true })
    writeFileSync(join(base, 'data', name), text, 'latin1')
  }
  put('.data_init_flag', recorded('c-data_init_flag'))
  put('storage_stat.dat', recorded('c-storage_stat.dat'))
  put('sync/binlog.000', recorded('c-ip-binlog.000'))
  put('sync/binlog_index.dat', 'current_write=0\ncurrent_compress=0\n')
  put('.fastdfs_vars', `store_path_mark=${/store_path_mark0=(.*)/.exec(recorded('c-data_init_flag'))?.[1]}\n`)
  names = recorded('c-ip-binlog.000')
    .split('\n')
    .flatMap((line) => /^\d+ C (M00\/\S{40})$/.exec(line)?.[1] ?? [])
    .filter((name) => {
      const { size, crc32, kind } = parseFileId(`group1/${name}`)
      return kind === 'normal' && size === 12 && crc32 === 0xaf083b2d
    })
  for (const name of names) put(name.slice(4), HELLO)
}

const read = (name: string) => readFileSync(join(base, 'data', name), 'latin1')
const keysOf = (text: string) => text.split('\n').flatMap((line) => /^([^=]+)=/.exec(line)?.[1] ?? [])

async function run(work: (client: StorageClient) => Promise<void>): Promise<void> {
  const config = testStorageConfig(base, '', tracker.tcpPort)
  const http = { ...storageConfigDefaults.http, port: -1, access: 'open' } as const
  const storage = await startStorage({ ...config, serverId: null, bindAddress: ADDRESS, http }, logger)
  try {
    await work(new StorageClient(`${ADDRESS}:${storage.tcpPort}`, pool))
  } finally {
    await storage.close()
  }
}

describe("a C storage's data folder", () => {
  it('is served as it is: contents, sources, metadata, slaves of its files', async () => {
    expect(names.length).toBeGreaterThan(3)
    await run(async (client) => {
      for (const name of names) {
        expect((await client.downloadBuffer(`group1/${name}`)).equals(HELLO)).toBe(true)
        expect(await client.queryFileInfo(`group1/${name}`)).toMatchObject({ size: 12, sourceIp: ADDRESS })
      }
      const [first = ''] = names
      await client.setMetadata(`group1/${first}`, { a: '1' }, 'overwrite')
      expect(await client.getMetadata(`group1/${first}`)).toEqual({ a: '1' })
      const slave = await client.uploadSlave(`group1/${first}`, '_s', 'txt', content(50))
      expect((await client.downloadBuffer(slave)).equals(content(50))).toBe(true)
    })
  })

  it('stays one that a C storage reads: its log goes on, its keys and marks are kept, other files are hidden', async () => {
    const before = ['.data_init_flag', '.fastdfs_vars', 'sync/binlog.000'].map(read)
    let fresh = ''
    let appender = ''
    await run(async (client) => {
      fresh = await client.uploadFile(content(3000), { ext: 'bin' })
      appender = await client.uploadAppender(content(10), { ext: 'log' })
      await client.appendFile(appender, content(5))
      await client.deleteFile(`group1/${names[0]}`)
    })
    const [flag = '', mark = '', log = ''] = before
    expect(parseFileId(fresh).source).toEqual({ kind: 'ip', ip: ADDRESS })
    expect(read('.fastdfs_vars')).toBe(mark)
    // Address and port are those of the last run; everything else is as the C storage wrote it.
    const kept = (text: string) => text.replace(/last_server_port=.*\n/, '')
    expect(kept(read('.data_init_flag'))).toBe(kept(flag))
    expect(keysOf(read('storage_stat.dat'))).toEqual(keysOf(recorded('c-storage_stat.dat')))
    expect(keysOf(read('sync/binlog_index.dat'))).toEqual(['current_write', 'current_compress'])
    const after = read('sync/binlog.000')
    expect(after.startsWith(log)).toBe(true)
    expect(after.slice(log.length).replaceAll(/^\d{10} /gm, '')).toBe(
      `C ${fresh.slice(7)}\nC ${appender.slice(7)}\nA ${appender.slice(7)} 10 5\nD ${names[0]}\n`,
    )
    const known = /^(\.data_init_flag|\.fastdfs_vars|storage_stat\.dat|sync|[0-9A-F]{2}|\.cairn-.*)$/
    expect(readdirSync(join(base, 'data')).filter((name) => !known.test(name))).toEqual([])
    expect(readdirSync(join(base, 'data/sync')).filter((name) => !name.startsWith('.cairn'))).toEqual([
      'binlog.000',
      'binlog_index.dat',
    ])
  })
})
