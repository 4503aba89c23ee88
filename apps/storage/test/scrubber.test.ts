import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, utimesSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { storageConfigDefaults } from '../src/config.ts'
import { allActive, content, startCluster, type TestCluster, type TestStorage, until } from './cluster.ts'

let cluster: TestCluster
afterEach(() => cluster.close())

const MINUTE = 60_000
const http = { ...storageConfigDefaults.http, port: 0, bindAddress: '127.0.0.1', access: 'open' } as const
const off = { bytesPerSecond: 0, intervalMs: MINUTE, delayMs: 0 }
const fast = { ...off, bytesPerSecond: 1e9 }

const pathOf = (storage: TestStorage, fileId: string) =>
  join(storage.basePath, 'data', fileId.slice('group1/M00/'.length))
const progress = (storage: TestStorage) => {
  const path = join(storage.basePath, 'data/.cairn-scrub')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>) : {}
}
const isDone = (storage: TestStorage) => typeof progress(storage)['finishedAt'] === 'number'

/** Other bytes, an hour ago: what is younger than a minute may still be written. */
function change(path: string, bytes: Buffer): void {
  writeFileSync(path, bytes)
  age(path)
}
function age(path: string, hours = 1): void {
  const then = Date.now() / 1000 - hours * 3600
  utimesSync(path, then, then)
}

function metrics(storage: TestStorage): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: storage.running.httpPort, path: '/metrics' }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (piece: string) => {
        body += piece
      })
      response.on('end', () => resolve(body))
    }).on('error', reject)
  })
}

describe('the check of files against their names', () => {
  it('replaces a damaged file by the copy of another member, and keeps the damaged one beside', async () => {
    cluster = await startCluster(['100001', '100002'], { scrub: off })
    const [one, two] = cluster.storages as [TestStorage, TestStorage]
    const files = await Promise.all([1, 2, 3].map((n) => one.client.uploadFile(content(300_000, n), { ext: 'bin' })))
    const [same = '', flipped = '', short = ''] = files
    await until('both have them', () => files.every((id) => existsSync(pathOf(two, id))))
    age(pathOf(one, same))
    const bytes = content(300_000, 2)
    bytes[200_000] = (bytes[200_000] ?? 0) ^ 1
    await one.stop()
    change(pathOf(one, flipped), bytes)
    change(pathOf(one, short), content(1000, 3))
    await one.start({ scrub: fast, http })
    await allActive(cluster)
    await until('the round is over', () => isDone(one))
    for (const [index, id] of files.entries()) {
      expect(readFileSync(pathOf(one, id)).equals(content(300_000, index + 1))).toBe(true)
    }
    const kept = join(one.basePath, 'data/.cairn-damaged')
    expect(readdirSync(kept).length).toBe(2)
    expect(readFileSync(join(kept, flipped.slice(-40).replace(/^.*\//, ''))).equals(bytes)).toBe(true)
    expect(progress(one)).toMatchObject({ repaired: 2, damaged: [] })
    expect(await metrics(one)).toContain('\ncairn_store_repaired_files 2\n')
  })

  it('goes on when its place can be written down again', async () => {
    cluster = await startCluster(['100001'], { scrub: off, http })
    const [one] = cluster.storages as [TestStorage]
    const fileId = await one.client.uploadFile(content(5000), { ext: 'bin' })
    change(pathOf(one, fileId), content(5000, 9))
    await one.stop()
    const blocked = join(one.basePath, 'data/.cairn-scrub.tmp')
    mkdirSync(blocked)
    await one.start({ scrub: fast })
    await until('it has looked', async () => (await metrics(one)).includes('\ncairn_store_damaged_files 1\n'))
    expect(progress(one)).toEqual({})
    rmdirSync(blocked)
    await until('the round is over', () => isDone(one))
    expect(progress(one)).toMatchObject({ damaged: [fileId.slice(7)] })
  })

  it('reports what nobody has whole, and leaves it as it is', async () => {
    cluster = await startCluster(['100001'], { scrub: off, http })
    const [one] = cluster.storages as [TestStorage]
    const fileId = await one.client.uploadFile(content(5000), { ext: 'bin' })
    const appender = await one.client.uploadAppender(content(5000), { ext: 'bin' })
    change(pathOf(one, fileId), content(5000, 9))
    change(pathOf(one, appender), content(7000, 9))
    await one.stop()
    await one.start({ scrub: fast })
    await until('the round is over', () => isDone(one))
    expect(progress(one)).toMatchObject({ repaired: 0, damaged: [fileId.slice(7)] })
    expect(readFileSync(pathOf(one, fileId)).equals(content(5000, 9))).toBe(true)
    expect(await metrics(one)).toContain('\ncairn_store_damaged_files 1\n')
  })

  it('reports slaves and appenders of which another member has other content', async () => {
    cluster = await startCluster(['100001', '100002'], { scrub: off })
    const [one, two] = cluster.storages as [TestStorage, TestStorage]
    // By the other one: a storage that starts sends once more what it has sent last.
    const master = await two.client.uploadFile(content(100), { ext: 'bin' })
    const slaves = await Promise.all(['_a', '_b'].map((p) => two.client.uploadSlave(master, p, 'bin', content(900))))
    const appenders = await Promise.all([1, 2].map((n) => two.client.uploadAppender(content(5000, n), { ext: 'bin' })))
    const all = [...slaves, ...appenders]
    await until('both have them', () => all.every((id) => existsSync(pathOf(one, id))))
    await one.stop()
    const [slave = ''] = slaves
    const [appender = ''] = appenders
    writeFileSync(pathOf(one, slave), content(900, 7))
    writeFileSync(pathOf(one, appender), content(4000))
    for (const id of all)
      for (const { basePath } of [one, two]) age(join(basePath, 'data', id.slice('group1/M00/'.length)), 48)
    await one.start({ scrub: fast })
    await until('the round is over', () => isDone(one))
    expect(progress(one)).toMatchObject({ files: 3, repaired: 0 })
    expect(new Set(progress(one)['damaged'] as string[])).toEqual(new Set([slave.slice(7), appender.slice(7)]))
  })

  it('reads no faster than it may, and goes on where it was', async () => {
    cluster = await startCluster(['100001'], { scrub: off })
    const [one] = cluster.storages as [TestStorage]
    const sizes = [200_000, 200_000, 200_000, 200_000, 10, 10]
    const files = await Promise.all(sizes.map((size, n) => one.client.uploadFile(content(size, n), { ext: 'bin' })))
    for (const id of files) age(pathOf(one, id))
    await one.stop()
    const startedAt = performance.now()
    await one.start({ scrub: { ...fast, bytesPerSecond: 500_000 } })
    await until('the round is over', () => isDone(one))
    // A small file counts as 64 KiB.
    expect(performance.now() - startedAt).toBeGreaterThan((4 * 200_000 + 2 * 65_536) / 500 - 50)
    expect(progress(one)).toMatchObject({ files: 6, bytes: 800_020 })

    await one.stop()
    const half = {
      startedAt: Date.now(),
      finishedAt: null,
      next: 'M00/00/01',
      files: 7,
      bytes: 7,
      damaged: [],
      repaired: 0,
    }
    writeFileSync(join(one.basePath, 'data/.cairn-scrub'), JSON.stringify(half))
    await one.start({ scrub: fast })
    await until('the round is over', () => isDone(one))
    expect(progress(one)).toMatchObject({ files: 7, bytes: 7 })
  })
})
