import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { content, startCluster, type TestCluster } from '../../../apps/storage/test/cluster.ts'
import { extensionOf, fileBody } from '../src/client/local-file.ts'
import { Status } from '../src/errors.ts'

// The client against a real tracker and two real storages.

let cluster: TestCluster
let folder: string
beforeAll(async () => {
  cluster = await startCluster(['100001', '100002'])
  folder = mkdtempSync(path.join(tmpdir(), 'cairn-client-'))
})
afterAll(async () => {
  await cluster.close()
  rmSync(folder, { recursive: true })
})

describe('a file of this machine', () => {
  it('is uploaded by its path and saved under another, with all bytes and the progress of both', async () => {
    const body = content(40_000_000, 3)
    const [from, to] = [path.join(folder, 'from.bin'), path.join(folder, 'new folder', 'to.bin')]
    writeFileSync(from, body)
    const seen: Record<string, number[]> = { sent: [], received: [] }
    const sending = cluster.dfs.with({ onProgress: (bytes) => seen['sent']?.push(bytes) })
    const fileId = await sending.upload(await fileBody(from), { ext: extensionOf(from) })
    await cluster.dfs.with({ onProgress: (bytes) => seen['received']?.push(bytes) }).save(fileId, to)
    expect(readFileSync(to).equals(body)).toBe(true)
    expect(readdirSync(path.dirname(to))).toEqual(['to.bin'])
    for (const bytes of Object.values(seen)) {
      expect(bytes.length).toBeGreaterThan(10)
      expect(bytes).toEqual([...bytes].sort((a, b) => a - b))
      expect(bytes.at(-1)).toBe(body.length)
    }
  })

  it('that is broken off goes on where it was', async () => {
    const body = content(50_000_000, 5)
    const fileId = await cluster.dfs.upload(body, { ext: 'bin' })
    const to = path.join(folder, 'resumed.bin')
    const stop = new AbortController()
    const first = cluster.dfs.with({
      signal: stop.signal,
      onProgress: (bytes) => {
        if (bytes > 25_000_000) stop.abort(new Error('enough'))
      },
    })
    await expect(first.save(fileId, to, { parallel: 1 })).rejects.toThrow('enough')
    expect(readdirSync(folder)).toContain('resumed.bin.part')
    expect(readdirSync(folder)).not.toContain('resumed.bin')
    const progress: number[] = []
    await cluster.dfs.with({ onProgress: (bytes) => progress.push(bytes) }).save(fileId, to)
    expect(progress[0]).toBe(16 * 1024 * 1024)
    expect(readFileSync(to).equals(body)).toBe(true)
  })

  it('is begun anew when what lies there is a part of another file', async () => {
    const body = content(1000, 6)
    const fileId = await cluster.dfs.upload(body, { ext: 'bin' })
    const to = path.join(folder, 'other.bin')
    writeFileSync(`${to}.part`, Buffer.alloc(1000, 1))
    const state = { fileId: 'group1/M00/00/00/other', size: 1000, mtime: 1, chunks: { 0: 5 } }
    writeFileSync(`${to}.part.json`, JSON.stringify(state))
    await cluster.dfs.save(fileId, to)
    expect(readFileSync(to).equals(body)).toBe(true)
  })

  it('does not appear when the bytes that came are not those of the file', async () => {
    const fileId = await cluster.dfs.upload(content(1000, 7), { ext: 'bin' })
    const to = path.join(folder, 'wrong.bin')
    const { mtime } = await cluster.dfs.fileInfo(fileId)
    writeFileSync(`${to}.part`, Buffer.alloc(1000, 1))
    writeFileSync(`${to}.part.json`, JSON.stringify({ fileId, size: 1000, mtime, chunks: { 0: 5 } }))
    await expect(cluster.dfs.save(fileId, to)).rejects.toThrow('another CRC-32')
    expect(readdirSync(folder).filter((name) => name.startsWith('wrong'))).toEqual([])
    await cluster.dfs.save(fileId, to)
    expect(readFileSync(to).length).toBe(1000)
  })

  it('may be empty', async () => {
    const fileId = await cluster.dfs.upload(Buffer.alloc(0), { ext: 'bin' })
    const to = path.join(folder, 'empty.bin')
    await cluster.dfs.save(fileId, to)
    expect(readFileSync(to).length).toBe(0)
  })

  it('must be one', async () => {
    await expect(fileBody(folder)).rejects.toThrow('is not a file')
    await expect(fileBody(path.join(folder, 'nobody'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  // What the C client gave (client protocol §10.2).
  it.each([
    ['a.tar.gz', 'tar.gz'],
    ['a.b.c', 'b.c'],
    ['a.tar.bz2', 'bz2'],
    ['a.jpeg', 'jpeg'],
    ['a.', ''],
    ['a.verylongext', ''],
    ['.bashrc', 'bashrc'],
    ['no dot', ''],
    ['folder.d/file', ''],
  ])('%s has the extension %s', (name, extension) => expect(extensionOf(name)).toBe(extension))
})

describe('an upload that is broken off', () => {
  it('rejects with the reason, and leaves nothing on the storage', async () => {
    const stop = new AbortController()
    const reason = new Error('the person left')
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(1000)
      stop.abort(reason)
      await new Promise((resolve) => setTimeout(resolve, 60_000).unref())
    }
    const upload = cluster.dfs.with({ signal: stop.signal }).upload({ stream: slow(), size: 5000 }, { ext: 'bin' })
    await expect(upload).rejects.toBe(reason)
    await expect(cluster.dfs.with({ signal: stop.signal }).tracker.listGroups()).rejects.toBe(reason)
    expect(await cluster.dfs.tracker.listGroups()).toHaveLength(1)
  })
})

describe('an appender file', () => {
  it('grows, is written over and cut, and is there until it is deleted', async () => {
    const { dfs } = cluster
    const fileId = await dfs.upload(Buffer.from('hello'), { ext: 'txt', appender: true })
    await dfs.append(fileId, Buffer.from(' world'))
    await dfs.modify(fileId, 0, Buffer.from('J'))
    await dfs.truncate(fileId, 5)
    expect((await dfs.downloadBuffer(fileId)).toString()).toBe('Jello')
    await dfs.save(fileId, path.join(folder, 'jello.txt'))
    expect(readFileSync(path.join(folder, 'jello.txt'), 'utf8')).toBe('Jello')
    expect(await dfs.exists(fileId)).toBe(true)
    await dfs.delete(fileId)
    expect(await dfs.exists(fileId)).toBe(false)
  })
})

describe('the cluster', () => {
  it('names its leader, its trackers, storages and groups, all or some', async () => {
    const { tracker } = cluster.dfs
    const address = `127.0.0.1:${cluster.tracker.tcpPort}`
    expect(await tracker.leader()).toBe(address)
    expect(await tracker.trackerStats()).toMatchObject([{ host: address, isLeader: true, isActive: true }])
    expect(await tracker.trackerStats({ leader: false })).toEqual([])
    const ids = async (only: Parameters<typeof tracker.storageStats>[0]) =>
      (await tracker.storageStats(only)).storages.map(({ id }) => id)
    expect(await ids({})).toEqual(['100001', '100002'])
    expect(await ids({ status: 7 })).toEqual(['100001', '100002'])
    expect(await ids({ notStatus: 7 })).toEqual([])
    expect((await tracker.volumeStats({ disk: true })).groups).toMatchObject([{ group: 'group1' }])
    expect((await tracker.volumeStats({ disk: false })).groups).toEqual([])
  })

  it('keeps a member that lives, loses one that is gone, and knows that it has', async () => {
    const { admin, tracker } = cluster.dfs
    await expect(admin.deleteStorage('group1', '100002')).rejects.toMatchObject({ status: Status.EBUSY })
    await expect(admin.deleteStorage('group1', '100009')).rejects.toMatchObject({ status: Status.ENOENT })
    await expect(admin.deleteGroup('group1')).rejects.toMatchObject({ status: Status.EBUSY })
    await expect(admin.setTrunkServer('group1')).rejects.toMatchObject({ status: Status.EOPNOTSUPP })
    await cluster.storages[1]?.stop()
    await expect
      .poll(async () => (await tracker.listStorages('group1', '100002')).map(({ status }) => status))
      .toEqual([5])
    await admin.deleteStorage('group1', '100002')
    expect(await tracker.listStorages('group1', '100002')).toMatchObject([{ status: 4 }])
    await expect(admin.deleteStorage('group1', '100002')).rejects.toMatchObject({ status: Status.EALREADY })
  })
})
