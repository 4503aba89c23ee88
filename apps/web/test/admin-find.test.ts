import { expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import { startApiServer } from './support/api-server.ts'
import { freshDatabase } from './support/database.ts'
import { signedInBrowser } from './support/people.ts'

await freshDatabase()
const server = await startApiServer()
// The first person of all is the administrator. No tracker runs here.
const { browser, person: admin } = await signedInBrowser(server.url)

const find = async (q: string) => (await browser.get(`/api/admin/find?q=${encodeURIComponent(q)}`)).body
const rowOf = ({ id }: { id: string }) => db().user.findUniqueOrThrow({ where: { id } })

it('people are found by a part of their name or address, whatever its case, and five at most', async () => {
  const { person } = await signedInBrowser(server.url)
  const { publicId } = await rowOf(person)
  await db().user.update({ where: { id: person.id }, data: { name: '潮位 Harbour%' } })
  const { email } = await rowOf(person)
  const found = [{ id: publicId, name: '潮位 Harbour%', email }]
  expect((await find('hARB')).people).toEqual(found)
  expect((await find('潮位')).people).toEqual(found)
  expect((await find('r%')).people).toEqual(found)
  expect((await find(email.toUpperCase())).people).toEqual(found)
  await db().user.createMany({
    data: Array.from({ length: 7 }, (_, n) => ({ publicId: `many-${n}`, email: `many${n}@example.org` })),
  })
  expect((await find('many')).people.map(({ name }: { name: string }) => name)).toEqual(
    [0, 1, 2, 3, 4].map((n) => `many${n}@example.org`),
  )
})

it('groups of people are found by name; storages are none while no tracker answers', async () => {
  const { body } = await browser.post('/api/admin/groups', { name: 'Survey team', allowedBytes: 1000 })
  expect(await find('SURVEY')).toMatchObject({ groups: [{ id: body.id, name: 'Survey team' }], storages: [] })
  expect((await browser.get('/api/admin/find?q=')).status).toBe(400)
})

it('people, groups, links and jobs that go on are counted', async () => {
  const before = (await browser.get('/api/admin/counts')).body
  expect(before).toMatchObject({ jobs: 0, storages: { active: 0, syncing: 0, offline: 0 } })
  await signedInBrowser(server.url)
  await browser.post('/api/admin/groups', { name: 'Another', allowedBytes: 1000 })
  const job = { ownerId: admin.id, kind: 'move', beatAt: new Date() }
  await db().job.createMany({
    data: [
      { ...job, publicId: 'runs', state: 'running' },
      { ...job, publicId: 'ended', state: 'done', finishedAt: new Date() },
    ],
  })
  const after = (await browser.get('/api/admin/counts')).body
  expect(after).toMatchObject({ people: before.people + 1, groups: before.groups + 1, shares: before.shares, jobs: 1 })
})
