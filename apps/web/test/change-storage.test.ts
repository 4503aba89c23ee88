import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClusterView, StorageView } from '../src/features/admin/cluster-view.ts'
import { db } from '../src/lib/db.ts'
import { startApiServer } from './support/api-server.ts'
import type { Browser } from './support/browser.ts'
import { TestCluster } from './support/cluster.ts'
import { freshDatabase } from './support/database.ts'
import { signedInBrowser } from './support/people.ts'

const cluster = new TestCluster()
await cluster.start()
await freshDatabase()
let server: Awaited<ReturnType<typeof startApiServer>>
let browser: Browser

beforeAll(async () => {
  server = await startApiServer()
  // The first person of all is the administrator.
  browser = (await signedInBrowser(server.url)).browser
})
afterAll(async () => {
  await server.close()
  await cluster.close()
})

const pathOf = (id: string) => `/api/admin/storages/group1/${id}`

async function storage(id: string): Promise<StorageView | undefined> {
  const { groups } = (await browser.get('/api/admin/capacity')).body as ClusterView
  return groups[0]?.storages.find((one) => one.id === id)
}

const stateOf = async (id: string) => (await storage(id))?.state
const audited = (action: string) => db().audit.count({ where: { action } })

describe('all files of a storage', () => {
  it('are checked when somebody asks for it, and the storage says when it was done', async () => {
    const finishedAt = async () => Date.parse((await storage('100002'))?.told?.check?.finishedAt ?? '') || 0
    // By themselves they begin a minute after the start, and every other week.
    expect(await finishedAt()).toBe(0)
    expect((await browser.post(`${pathOf('100002')}/check`, {})).status).toBe(204)
    await expect.poll(finishedAt).toBeGreaterThan(0)
    const first = await finishedAt()
    expect((await browser.post(`${pathOf('100002')}/check`, {})).status).toBe(204)
    await expect.poll(finishedAt).toBeGreaterThan(first)
    expect(await audited('storage.check')).toBe(2)
  })

  it('of a storage that nobody knows are not', async () => {
    expect((await browser.post(`${pathOf('100009')}/check`, {})).body).toMatchObject({ code: 'not_found' })
  })
})

describe('a storage', () => {
  it('that runs is not taken out of its group, nor one that nobody knows', async () => {
    expect((await browser.delete(pathOf('100002'))).body).toMatchObject({ status: 409, code: 'storage_active' })
    expect((await browser.delete(pathOf('100009'))).body).toMatchObject({ status: 404, code: 'not_found' })
    expect(await stateOf('100002')).toBe('active')
  })

  it('that is away is taken out, once, and the last one never', async () => {
    await cluster.stopStorage('100002')
    await expect.poll(() => stateOf('100002')).toBe('offline')
    expect((await browser.delete(pathOf('100002'))).status).toBe(204)
    expect(await stateOf('100002')).toBe('removed')
    expect((await browser.delete(pathOf('100002'))).body).toMatchObject({ status: 404 })
    expect(await audited('storage.remove')).toBe(1)
    await cluster.stopStorage('100001')
    await expect.poll(() => stateOf('100001')).toBe('offline')
    expect((await browser.delete(pathOf('100001'))).body).toMatchObject({ status: 409, code: 'last_storage' })
    expect(await stateOf('100001')).toBe('offline')
  })
})
