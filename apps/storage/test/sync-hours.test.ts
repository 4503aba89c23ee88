import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { allActive, content, startCluster, type TestCluster, type TestStorage, until } from './cluster.ts'

let cluster: TestCluster
afterEach(() => cluster.close())

const has = (storage: TestStorage, fileId: string) =>
  existsSync(join(storage.basePath, 'data', fileId.slice('group1/M00/'.length)))

/** A minute far from now. */
function hoursFromNow(hours: number): number {
  const now = new Date()
  return (now.getHours() * 60 + now.getMinutes() + hours * 60) % (24 * 60)
}

describe('the times of sending', () => {
  it('outside sync_start_time to sync_end_time nothing is sent; afterwards everything is', async () => {
    cluster = await startCluster(['100001', '100002'])
    const [one, two] = cluster.storages as [TestStorage, TestStorage]
    await one.stop()
    await one.start({ syncHours: { startMinute: hoursFromNow(6), endMinute: hoursFromNow(8) } })
    await allActive(cluster)
    const kept = await one.client.uploadFile(content(100), { ext: 'bin' })
    const other = await two.client.uploadFile(content(200), { ext: 'bin' })
    await until('the other direction goes on', () => has(one, other))
    expect(has(two, kept)).toBe(false)
    expect(one.running.replication().map(({ connected }) => connected)).toEqual([false])
    await one.stop()
    await one.start()
    await until('it is sent', () => has(two, kept))
  })

  it('sync_interval is a pause after each record', async () => {
    cluster = await startCluster(['100001', '100002'], { syncIntervalMs: 150, syncConnections: 1 })
    const [one, two] = cluster.storages as [TestStorage, TestStorage]
    const startedAt = performance.now()
    const files = await Promise.all([1, 2, 3, 4, 5].map((n) => one.client.uploadFile(content(n), { ext: 'bin' })))
    await until('all are there', () => files.every((fileId) => has(two, fileId)))
    // Four pauses lie between five records.
    expect(performance.now() - startedAt).toBeGreaterThan(4 * 150 - 10)
  })
})
