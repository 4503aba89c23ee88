import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClusterView, LedgerView } from '../src/features/admin/cluster-view.ts'
import { balance } from '../src/features/admin/ledger.ts'
import { readGroups } from '../src/features/admin/server/cluster.ts'
import { lastDisks, readHistory, storeSamples, thinSamples } from '../src/features/admin/server/samples.ts'
import { readStoredSums } from '../src/features/admin/server/stored-sums.ts'
import { db } from '../src/lib/db.ts'
import { sampleCapacity } from '../src/worker/capacity-samples.ts'
import { folderStat } from '../src/worker/folder-stat.ts'
import { startApiServer } from './support/api-server.ts'
import type { Browser } from './support/browser.ts'
import { TestCluster } from './support/cluster.ts'
import { freshDatabase } from './support/database.ts'
import { driveOf } from './support/drive.ts'
import { addFile, newPerson, signedInBrowser } from './support/people.ts'
import { UploadClient } from './support/upload-client.ts'

const cluster = new TestCluster()
await cluster.start()
await freshDatabase()
let server: Awaited<ReturnType<typeof startApiServer>>
let browser: Browser
let drive: ReturnType<typeof driveOf>

beforeAll(async () => {
  server = await startApiServer()
  // The first person of all is the administrator.
  const administrator = await signedInBrowser(server.url)
  browser = administrator.browser
  drive = driveOf(browser, administrator.person)
})
afterAll(async () => {
  await server.close()
  await cluster.close()
})

/** Stores content as a browser does; returns the entry's public id. */
const upload = (name: string, content: Buffer) => new UploadClient(browser).upload(content, { name })

/** The ledger once the storages have counted and copied everything. */
async function settledLedger(isSettled: (ledger: LedgerView) => boolean): Promise<LedgerView> {
  let ledger: LedgerView | undefined
  await expect
    .poll(async () => {
      ledger = balance(await readStoredSums(), await readGroups())
      return isSettled(ledger)
    })
    .toBe(true)
  return ledger!
}

describe('what the storages tell', () => {
  it('both storages are active, with the space of their disks and everything of each other', async () => {
    let view: ClusterView | undefined
    // Each hears of the other a moment after both are active.
    await expect
      .poll(async () => {
        view = (await browser.get('/api/admin/capacity')).body as ClusterView
        return view.groups[0]?.storages.map(({ lagSeconds }) => lagSeconds)
      })
      .toEqual([0, 0])
    expect(view?.reachable).toBe(true)
    expect(view?.groups).toMatchObject([{ group: 'group1', active: 2 }])
    for (const storage of view!.groups[0]!.storages) {
      expect(storage).toMatchObject({ state: 'active', silence: null, lagSeconds: 0 })
      expect(storage.totalBytes).toBeGreaterThan(storage.freeBytes)
      expect(storage.told?.paths).toMatchObject([{ path: 'M00', writable: true }])
    }
  })

  it('the ledger explains every byte of uploads, equal content, copies and trash', async () => {
    const twice = randomBytes(70_000)
    await upload('one.bin', randomBytes(50_000))
    await upload('two.bin', twice)
    await upload('two again.bin', twice)
    const trashed = await upload('three.bin', randomBytes(30_000))
    await drive.post('trash', { ids: [trashed] })
    // The storage keeps the second file of equal content until the garbage is collected; the ledger knows it.
    const ledger = await settledLedger(({ difference, behind }) => difference === 0 && behind === 0)
    expect(ledger).toMatchObject({ kept: 190_000, trash: 30_000, shared: 70_000, leftOver: 70_000, onDisk: 440_000 })
    expect(ledger.kept + ledger.trash - ledger.shared + ledger.leftOver + ledger.copies).toBe(ledger.onDisk)
  })

  it('a file that the drive does not know is named as the difference', async () => {
    const { dfs } = await import('../src/lib/dfs.ts')
    const before = await settledLedger(({ difference }) => difference === 0)
    await dfs().upload(randomBytes(12_345), { ext: 'bin' })
    const after = await settledLedger(({ difference, behind }) => difference === 24_690 && behind === 0)
    expect(after.onDisk).toBe(Number(before.onDisk) + 24_690)
  })
})

describe('samples', () => {
  it('one row a minute for each storage and each of its paths, however often it is asked', async () => {
    const groups = await readGroups()
    const at = new Date('2026-11-01T10:00:30Z')
    expect(await storeSamples(groups, at)).toBe(4)
    expect(await storeSamples(groups, new Date('2026-11-01T10:00:59Z'))).toBe(0)
    expect(await storeSamples(groups, new Date('2026-11-01T10:01:01Z'))).toBe(4)
  })

  it('a disk that both storages lie on is counted once, now and in the history', async () => {
    await db().capacitySample.deleteMany()
    const groups = await readGroups()
    const storages = groups.flatMap((group) => group.storages)
    const [disk, other] = storages.map(({ told }) => told?.paths[0]?.disk)
    expect(disk).toMatch(/^[0-9a-f]{16}$/)
    expect(other).toBe(disk)
    const now = new Date()
    await storeSamples(groups, now)
    const points = await readHistory('month')
    expect(points.map(({ totalBytes }) => totalBytes)).toEqual([storages[0]?.totalBytes])
    // Also for a storage that is away and cannot tell.
    const { totalBytes, freeBytes } = storages[1] ?? {}
    expect(await lastDisks('group1', '100002')).toEqual([{ disk, totalBytes, freeBytes }])
    expect(await lastDisks('group1', '100003')).toBe(null)
    await db().capacitySample.deleteMany()
  })

  it('old samples are thinned to the last of each quarter, hour and day', async () => {
    await db().capacitySample.deleteMany()
    const now = new Date('2026-11-21T12:00:00Z')
    // An hour of minutes at four ages, and for the last two more days around.
    await db().$executeRaw`
      INSERT INTO capacity_sample (grp, storage_id, path, at, total_bytes, free_bytes)
      SELECT 'group1', '100001', '', at, 1000, 500
      FROM unnest(ARRAY[1, 3, 20, 21, 95, 96]) days,
        generate_series(${now}::timestamptz - make_interval(days => days), ${now}::timestamptz - make_interval(days => days)
          + interval '59 minutes', interval '1 minute') at`
    expect(await thinSamples(now)).toBe(56 + 2 * 59 + 2 * 59)
    const rows = await db().capacitySample.findMany({ orderBy: { at: 'asc' }, select: { at: true } })
    const times = rows.map(({ at }) => at.toISOString().slice(5, 16))
    expect(times.slice(0, 8)).toEqual([
      '08-17T12:59',
      '08-18T12:59',
      '10-31T12:59',
      '11-01T12:59',
      '11-18T12:14',
      '11-18T12:29',
      '11-18T12:44',
      '11-18T12:59',
    ])
    expect(times).toHaveLength(8 + 60)
    expect(await thinSamples(now)).toBe(0)
    await db().capacitySample.deleteMany()
  })

  it('while a storage is away the history has a gap, and thinning keeps what was known', async () => {
    const groups = await readGroups()
    const away = groups.map((group) => ({
      ...group,
      storages: group.storages.map((one) =>
        one.id === '100002' ? { ...one, silence: 'away' as const, told: null } : one,
      ),
    }))
    const now = Date.now()
    const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000)
    await db().capacitySample.deleteMany()
    await storeSamples(groups, minutesAgo(50))
    await storeSamples(groups, minutesAgo(49))
    await storeSamples(away, minutesAgo(48))
    // Nobody looks for ten minutes.
    await storeSamples(groups, minutesAgo(38))
    const known = (await readHistory('month')).map(({ usedBytes, totalBytes }) =>
      [usedBytes, totalBytes].map((n) => n !== null),
    )
    expect(known).toEqual([
      [true, true],
      [true, true],
      [false, false],
      [false, false],
      [true, true],
    ])
    const { body: csv } = await browser.get('/api/admin/capacity/export?table=history&span=month')
    expect(csv.split('\r\n')[3]).toMatch(/Z,,$/)
    const { body } = await browser.get('/api/admin/storages/group1/100002')
    expect(body.lastHour.map((point: { readPerSecond: number | null }) => point.readPerSecond !== null)).toEqual([
      true,
      false,
      false,
    ])
    // Days later one sample of each path is left of that quarter of an hour: not the last, which says nothing.
    await thinSamples(new Date(Date.now() + 100 * 86_400_000))
    const left = await db().capacitySample.findMany({ where: { storageId: '100002', path: '' } })
    expect(left.length).toBeGreaterThan(0)
    expect(left.every(({ totalBytes }) => totalBytes !== null)).toBe(true)
    await db().capacitySample.deleteMany()
  })

  it('the disk of a store path was busy for what its counter grew by, and not known where that fell', async () => {
    const start = Math.floor(Date.now() / 60_000) * 60_000 - 5 * 60_000
    const busyMs = [1_000n, 31_000n, null, 60_000n, 200_000n, 5_000n]
    const rows = busyMs.flatMap((busy, minute) => {
      const row = { grp: 'group1', storageId: '100001', at: new Date(start + minute * 60_000) }
      return [
        { ...row, path: '', totalBytes: 1000n, freeBytes: 500n },
        { ...row, path: 'M00', totalBytes: 1000n, freeBytes: 500n, busyMs: busy },
        { ...row, path: 'M01', totalBytes: 1000n, freeBytes: 500n },
      ]
    })
    await db().capacitySample.createMany({ data: rows })
    const { body } = await browser.get('/api/admin/storages/group1/100001')
    const shares = body.lastHour.map(({ busy }: { busy: unknown }) => busy)
    const other = { path: 'M01', share: null }
    expect(shares).toEqual([0.5, null, null, 1, null].map((share) => [{ path: 'M00', share }, other]))
    const { body: csv } = await browser.get('/api/admin/storages/group1/100001/export')
    const lines = csv.split('\r\n')
    expect(lines[0]).toMatch(/,M00_disk_busy,M01_disk_busy$/)
    expect(lines[1]).toMatch(/,0\.5,$/)
    await db().capacitySample.deleteMany()
  })

  it('what the storages tell of their disks and of each other is written down and shown', async () => {
    const groups = await readGroups()
    for (const storage of groups.flatMap(({ storages }) => storages)) {
      expect(storage.told?.peers[0]?.sentBytesPerSecond).toBeGreaterThanOrEqual(0)
      expect(storage.comingBytesPerSecond).toBeGreaterThanOrEqual(0)
    }
    await storeSamples(groups, new Date())
    const told = groups.flatMap(({ storages }) => storages.map(({ told }) => told?.paths[0]?.busyMs))
    const kept = await db().capacitySample.findMany({ where: { path: 'M00' }, orderBy: { storageId: 'asc' } })
    expect(kept.map(({ busyMs }) => busyMs)).toEqual(told.map((ms) => (ms == null ? null : BigInt(ms))))
    await db().capacitySample.deleteMany()
  })

  it('the history adds the storages up, each with its last value of the day', async () => {
    const days = [40, 39, 38].map((days) => Date.now() - days * 86_400_000)
    const rows = days.flatMap((time, day) =>
      ['100001', '100002'].map((storageId) => ({
        grp: 'group1',
        storageId,
        path: '',
        at: new Date(time),
        totalBytes: 1000n,
        freeBytes: BigInt(900 - 100 * day),
      })),
    )
    await db().capacitySample.createMany({ data: rows })
    const points = await readHistory('year')
    expect(points.map(({ usedBytes, totalBytes }) => [usedBytes, totalBytes])).toEqual([
      [200, 2000],
      [400, 2000],
      [600, 2000],
    ])
    const answer = await browser.get('/api/admin/capacity/export?table=history&span=year')
    expect(answer.body.split('\r\n')[1]).toMatch(/,200,2000$/)
  })
})

describe('largest', () => {
  it('folders are added up with everything below them, without what is in trash', async () => {
    const person = await newPerson()
    const folder = (name: string, parentId: bigint) =>
      db().entry.create({
        data: { publicId: `${name}${person.id}`, ownerId: person.id, parentId, kind: 0, name, sortKey: name },
      })
    const outer = await folder('outer', person.rootId)
    const inner = await folder('inner', outer.id)
    await addFile(person.id, outer.id, 'a', { size: 5_000_000 })
    await addFile(person.id, inner.id, 'b', { size: 7_000_000 })
    const gone = await addFile(person.id, inner.id, 'c', { size: 9_000_000 })
    await db().entry.update({ where: { id: gone.id }, data: { trashId: gone.id, trashedAt: new Date() } })
    await folderStat()
    const { body } = await browser.get('/api/admin/capacity/largest?kind=folders')
    expect(body.items.slice(0, 2)).toMatchObject([
      { name: 'outer', bytes: 12_000_000, files: 2 },
      { name: 'inner', bytes: 7_000_000, files: 1 },
    ])
    expect(await folderStat()).toBe(0)
  })

  it('pages of the largest files go on where the last one ended, and the export has them all', async () => {
    const person = await newPerson()
    const sizesUp = Array.from({ length: 105 }, (_, index) => index + 1)
    await Promise.all(sizesUp.map((size) => addFile(person.id, person.rootId, `=f${size}`, { size })))
    const first = (await browser.get('/api/admin/capacity/largest?kind=files')).body
    const second = (await browser.get(`/api/admin/capacity/largest?kind=files&cursor=${first.next}`)).body
    const sizes = [...first.items, ...second.items].map(({ bytes }: { bytes: number }) => bytes)
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
    expect(new Set([...first.items, ...second.items].map(({ id }: { id: string }) => id)).size).toBe(sizes.length)
    const { body } = await browser.get('/api/admin/capacity/export?table=largest&kind=files')
    const lines = body.trim().split('\r\n')
    expect(lines.length - 1).toBe(await db().entry.count({ where: { kind: 1, trashId: null } }))
    expect(lines.at(-1)).toMatch(/^'=f1,/)
  })
})

describe('a storage that is gone', () => {
  it('is offline at once, its bytes have one copy, and its state is noted once', async () => {
    await sampleCapacity()
    await cluster.stopStorage('100002')
    const [group] = await readGroups()
    const [one, two] = group!.storages
    expect([one!.state, two!.state, two!.silence, two!.told]).toEqual(['active', 'offline', 'away', null])
    const { storages } = (await browser.get('/api/admin/counts')).body
    expect(storages).toEqual({ active: 1, syncing: 0, offline: 1 })
    await sampleCapacity()
    await sampleCapacity()
    const { body } = await browser.get('/api/admin/storages/group1/100002')
    expect(body.events).toMatchObject([
      { from: 'active', to: 'offline' },
      { from: null, to: 'active' },
    ])
  })
})
