import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import { runJobs } from '../src/worker/jobs.ts'
import { startApiServer } from './support/api-server.ts'
import { type Answer, Browser } from './support/browser.ts'
import { freshDatabase } from './support/database.ts'
import { addFile, type Person, signedInBrowser } from './support/people.ts'

// The test writes X-Forwarded-For as a proxy on this machine would.
process.env['CAIRN_TRUSTED_PROXIES'] = '127.0.0.1'
await freshDatabase()
let server: Awaited<ReturnType<typeof startApiServer>>
let owner: Browser
let person: Person
let folder: { id: string; internal: bigint }

beforeAll(async () => {
  server = await startApiServer()
  ;({ browser: owner, person } = await signedInBrowser(server.url))
  folder = await makeFolder('Site photos')
})
afterAll(() => server.close())

async function makeFolder(name: string, parentId = 'root') {
  const { body } = await owner.post('/api/drive/folders', { parentId, name })
  const { id: internal } = await db().entry.findUniqueOrThrow({ where: { publicId: body.id } })
  return { id: String(body.id), internal }
}

interface Made {
  id: string
  token: string
  code: string | null
}

async function share(ids: string[], changes: object = {}): Promise<Made> {
  const defaults = { withCode: true, allowDownload: true, expiresAt: null, maxDownloads: null, maxViews: null }
  const { status, body } = await owner.post('/api/shares', { ids, ...defaults, ...changes })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return { id: body.share.id, token: String(body.share.url).split('/s/')[1] ?? '', code: body.code }
}

/** Somebody else's browser, from an address of their own. */
function visitorFrom(address = ''): Browser {
  return new Browser(server.url, address === '' ? {} : { 'X-Forwarded-For': address })
}

async function enter({ token, code }: Made, address = ''): Promise<Browser> {
  const visitor = visitorFrom(address)
  const { status } = await visitor.post('/api/s/open', { token, ...(code === null ? {} : { code }) })
  expect(status).toBe(200)
  return visitor
}

async function change(id: string, body: object): Promise<void> {
  expect((await owner.patch(`/api/shares/${id}`, body)).status).toBe(200)
}

/** Lets every grant, rest or end lie in the past. */
async function pass(table: 'grants' | 'rests', interval: string): Promise<void> {
  if (table === 'grants') await db().$executeRawUnsafe(`UPDATE share_grant SET until = until - interval '${interval}'`)
  else {
    await db().$executeRawUnsafe(`UPDATE share_attempt SET rest_until = rest_until - interval '${interval}'`)
  }
}

describe('a link', () => {
  it('is told once with its code, and again without it', async () => {
    const file = await addFile(person.id, folder.internal, 'told once.txt')
    const { body } = await owner.post('/api/shares', {
      ids: [file.publicId],
      ...{ withCode: true, allowDownload: true, expiresAt: null, maxDownloads: 20, maxViews: null },
    })
    expect(body.code).toMatch(/^[2-9A-HJKMNP-TV-Z]{6}$/)
    expect(body.share.url).toMatch(/^http:\/\/drive\.test:3000\/s\/[A-Za-z0-9_-]{22}$/)
    const listed = await owner.get('/api/shares')
    const again = listed.body.shares.find((item: { id: string }) => item.id === body.share.id)
    expect(again).toMatchObject({
      url: body.share.url,
      title: 'told once.txt',
      state: 'active',
      hasCode: true,
      maxDownloads: 20,
    })
    expect(JSON.stringify(listed.body)).not.toContain(body.code)
  })

  it('keeps neither its token nor its code in the database', async () => {
    const { token, code, id } = await share([folder.id])
    const row = await db().share.findUniqueOrThrow({ where: { publicId: id } })
    const kept = Buffer.concat([row.tokenSealed, row.tokenHash]).toString('latin1') + row.codeHash
    expect(kept).not.toContain(token)
    expect(kept).not.toContain(code)
    expect(Buffer.from(row.tokenHash)).toEqual(createHash('sha256').update(token).digest())
  })

  it('cannot be made to what is in trash, gone, or of somebody else', async () => {
    const { browser: stranger } = await signedInBrowser(server.url)
    const file = await addFile(person.id, folder.internal, 'soon in trash.txt')
    const settings = { withCode: false, allowDownload: true, expiresAt: null, maxDownloads: null, maxViews: null }
    expect((await stranger.post('/api/shares', { ids: [file.publicId], ...settings })).status).toBe(404)
    await owner.post('/api/drive/trash', { ids: [file.publicId] })
    expect((await owner.post('/api/shares', { ids: [file.publicId], ...settings })).status).toBe(404)
    expect((await owner.post('/api/shares', { ids: ['nobody'], ...settings })).status).toBe(404)
  })

  it('is changed, revoked and looked into by its owner alone', async () => {
    const { id } = await share([folder.id])
    const { browser: stranger } = await signedInBrowser(server.url)
    expect((await stranger.patch(`/api/shares/${id}`, { revoked: true })).status).toBe(404)
    expect((await stranger.get(`/api/shares/${id}/accesses`)).status).toBe(404)
    expect((await stranger.get('/api/shares')).body.shares).toEqual([])
  })
})

describe('the door', () => {
  it('opens to the code in any case and with spaces, and to nothing else', async () => {
    const made = await share([folder.id])
    const visitor = visitorFrom()
    const wrong = await visitor.post('/api/s/open', { token: made.token, code: '222222' })
    expect(wrong).toMatchObject({ status: 403, body: { code: 'code_wrong', values: { left: 4 } } })
    expect((await visitor.post('/api/s/open', { token: made.token })).status).toBe(403)
    expect((await visitor.get(`/api/s/${made.id}`)).status).toBe(404)
    const typed = ` ${made.code?.toLowerCase().slice(0, 3)}-${made.code?.toLowerCase().slice(3)} `
    const opened = await visitor.post('/api/s/open', { token: made.token, code: typed })
    expect(opened).toMatchObject({ status: 200, body: { id: made.id } })
    expect(visitor.lastSetCookies[0]).toMatch(/HttpOnly; SameSite=Lax/)
    expect((await visitor.get(`/api/s/${made.id}`)).body).toMatchObject({ title: 'Site photos', owner: 'Somebody' })
    expect((await visitorFrom().get(`/api/s/${made.id}`)).status).toBe(404)
  })

  it('rests after five wrong codes, for the right one too, and longer each time', async () => {
    const made = await share([folder.id])
    const visitor = visitorFrom()
    const open = (code: string | null) => visitor.post('/api/s/open', { token: made.token, code })
    const lefts: unknown[] = []
    for (let i = 0; i < 5; i += 1) {
      const { body } = await open('222222')
      lefts.push(body.values.left ?? body.values.retryAfterSeconds)
    }
    expect(lefts).toEqual([4, 3, 2, 1, 600])
    expect(await open(made.code)).toMatchObject({ status: 429, body: { values: { retryAfterSeconds: 600 } } })
    await pass('rests', '10 minutes')
    for (let i = 0; i < 4; i += 1) expect((await open('222222')).status).toBe(403)
    expect((await open('222222')).body.values.retryAfterSeconds).toBe(1200)
    await pass('rests', '20 minutes')
    expect((await open(made.code)).status).toBe(200)
    const { body } = await owner.get(`/api/shares/${made.id}/accesses`)
    expect(new Set(body.accesses.map((access: { action: string }) => access.action))).toEqual(
      new Set(['view', 'wrong_code', 'rest']),
    )
  })

  it('lets no more than five of twenty guesses at once be looked at', async () => {
    await db().shareAttempt.deleteMany()
    const made = await share([folder.id])
    const visitor = visitorFrom()
    const guesses = await Promise.all(
      Array.from({ length: 20 }, () => visitor.post('/api/s/open', { token: made.token, code: '333333' })),
    )
    expect(guesses.filter((answer) => answer.status === 403)).toHaveLength(4)
    expect(guesses.filter((answer) => answer.status === 429)).toHaveLength(16)
    await db().shareAttempt.deleteMany()
  })

  it('counts guesses of one address over all links, however many it tries', async () => {
    await db().shareAttempt.deleteMany()
    const visitor = visitorFrom()
    const statuses: number[] = []
    for (let i = 0; i < 8; i += 1) {
      const { token } = await share([folder.id])
      for (let j = 0; j < 4; j += 1)
        statuses.push((await visitor.post('/api/s/open', { token, code: '444444' })).status)
    }
    expect(statuses.indexOf(429)).toBe(29)
    await db().shareAttempt.deleteMany()
  })

  it('forged or of another link, a cookie opens nothing', async () => {
    const [mine, other] = [await share([folder.id]), await share([folder.id])]
    const visitor = await enter(mine)
    const [name = '', value = ''] = [...visitor.cookies].find(([key]) => key.startsWith('cairn.share.')) ?? []
    visitor.cookies.set(name.replace(mine.id, other.id), value)
    expect((await visitor.get(`/api/s/${other.id}`)).status).toBe(404)
    visitor.cookies.set(name, value.replace(/\.\d+\./, '.2.'))
    expect((await visitor.get(`/api/s/${mine.id}`)).status).toBe(404)
  })

  it('is closed to those who knew the old code when there is a new one', async () => {
    const made = await share([folder.id])
    const visitor = await enter(made)
    const { body } = await owner.patch(`/api/shares/${made.id}`, { code: 'new' })
    expect((await visitor.get(`/api/s/${made.id}`)).status).toBe(404)
    expect((await visitor.post('/api/s/open', { token: made.token, code: made.code })).status).toBe(403)
    expect((await visitor.post('/api/s/open', { token: made.token, code: body.code })).status).toBe(200)
    expect((await owner.get('/api/shares')).body.shares[0].views).toBe(1)
    await db().shareAttempt.deleteMany()
  })
})

describe('a link that does not open anything', () => {
  it('looks the same whether it never existed, ended, was revoked, is used up or lost its files', async () => {
    const lost = await addFile(person.id, folder.internal, 'lost.txt')
    const links = {
      unknown: { id: 'unknown', token: 'AAAAAAAAAAAAAAAAAAAAAA', code: '222222' },
      ended: await share([folder.id], { expiresAt: new Date(Date.now() - 1000).toISOString() }),
      revoked: await share([folder.id]),
      usedUp: await share([folder.id], { maxViews: 1 }),
      lost: await share([lost.publicId]),
    }
    await change(links.revoked.id, { revoked: true })
    await enter(links.usedUp)
    await owner.post('/api/drive/trash', { ids: [lost.publicId] })
    const answers: string[] = []
    for (const { token, code } of Object.values(links)) {
      const { status, body } = await visitorFrom().post('/api/s/open', { token, code })
      answers.push(JSON.stringify({ status, body }))
    }
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('"code":"share_closed"')
    const { body } = await owner.get('/api/shares')
    const states = new Map(body.shares.map((item: { id: string; state: string }) => [item.id, item.state]))
    expect([links.ended, links.revoked, links.usedUp, links.lost].map(({ id }) => states.get(id))).toEqual([
      ...['ended', 'revoked', 'usedUp', 'empty'],
    ])
    await db().shareAttempt.deleteMany()
  })

  /** Half of what the hash of a code alone takes. */
  const HASH_MS = 12

  it('takes as long to refuse a code when it never existed as when it was revoked', async () => {
    const revoked = await share([folder.id])
    await change(revoked.id, { revoked: true })
    const tokens = { revoked: revoked.token, unknown: 'BBBBBBBBBBBBBBBBBBBBBB' }
    // The least of many is what it takes when nothing else is in the way; a busy machine needs more of them.
    const least: Record<string, number> = { revoked: Number.POSITIVE_INFINITY, unknown: Number.POSITIVE_INFINITY }
    const apart = () => Math.abs((least['unknown'] ?? 0) - (least['revoked'] ?? 0))
    for (let i = 0; i < 15 || (i < 200 && apart() >= HASH_MS); i += 1) {
      for (const [kind, token] of Object.entries(tokens)) {
        await db().shareAttempt.deleteMany()
        const startedAt = performance.now()
        await visitorFrom().post('/api/s/open', { token, code: '555555' })
        least[kind] = Math.min(least[kind] ?? 0, performance.now() - startedAt)
      }
    }
    expect(apart()).toBeLessThan(HASH_MS)
    await db().shareAttempt.deleteMany()
  })

  it('is closed at once for those who are in it, and open again when that is taken back', async () => {
    const made = await share([folder.id])
    const visitor = await enter(made)
    await change(made.id, { revoked: true })
    for (const path of ['', '/entries', `/entries?folder=${folder.id}`]) {
      expect((await visitor.get(`/api/s/${made.id}${path}`)).status).toBe(404)
    }
    expect((await visitor.post(`/api/s/${made.id}/download`, {})).status).toBe(404)
    await change(made.id, { revoked: false })
    expect((await visitor.get(`/api/s/${made.id}/entries`)).status).toBe(200)
  })

  it('of a person who was disabled, too', async () => {
    const made = await share([folder.id])
    await db().user.update({ where: { id: person.id }, data: { disabledAt: new Date() } })
    expect((await visitorFrom().post('/api/s/open', { token: made.token, code: made.code })).status).toBe(404)
    await db().user.update({ where: { id: person.id }, data: { disabledAt: null } })
    await db().shareAttempt.deleteMany()
  })
})

describe('what is seen at first', () => {
  it('is what lies in a folder that was shared alone, and the folder itself beside another', async () => {
    const alone = await makeFolder('alone', folder.id)
    const files = ['low.txt', 'high.txt'].map((name) => addFile(person.id, alone.internal, name))
    const [low] = await Promise.all(files)
    const seen = async (ids: string[]) => {
      const made = await share(ids, { withCode: false })
      const visitor = await enter(made)
      const [{ body: link }, { body: list }] = [
        await visitor.get(`/api/s/${made.id}`),
        await visitor.get(`/api/s/${made.id}/entries?dir=desc`),
      ]
      return [link.title, link.more, link.items, list.items.map(({ name }: { name: string }) => name)]
    }
    expect(await seen([alone.id])).toEqual(['alone', 0, 2, ['low.txt', 'high.txt']])
    expect(await seen([alone.id, low?.publicId ?? ''])).toEqual(['alone', 1, 2, ['alone', 'low.txt']])
    expect(await seen([low?.publicId ?? ''])).toEqual(['low.txt', 0, 1, ['low.txt']])
  })
})

describe('what lies outside of a link', () => {
  it('is not found: beside it, above it, in another drive, in trash, and moved out meanwhile', async () => {
    const inside = await makeFolder('inside', folder.id)
    const file = await addFile(person.id, inside.internal, 'inside.txt', { size: 0 })
    const beside = await addFile(person.id, folder.internal, 'beside.txt')
    const { person: other } = await signedInBrowser(server.url)
    const foreign = await addFile(other.id, other.rootId, 'foreign.txt')
    const made = await share([inside.id], { withCode: false })
    const visitor = await enter(made)
    const list = await visitor.get(`/api/s/${made.id}/entries?folder=${inside.id}`)
    expect(list.body).toMatchObject({ path: [{ id: inside.id, name: 'inside' }], total: 1 })
    expect(JSON.stringify(list.body)).not.toContain(folder.id)
    for (const id of [folder.id, beside.publicId, foreign.publicId, 'root2']) {
      expect((await visitor.get(`/api/s/${made.id}/entries?folder=${id}`)).status).toBe(404)
      expect((await visitor.get(`/api/s/${made.id}/entries/${id}/preview`)).status).toBe(404)
      expect((await visitor.post(`/api/s/${made.id}/download`, { ids: [id] })).status).toBe(404)
    }
    const get = () => visitor.get(`/api/s/${made.id}/entries/${file.publicId}/empty`)
    expect((await get()).status).toBe(200)
    await owner.post('/api/drive/move', { ids: [file.publicId], targetId: folder.id })
    expect((await get()).status).toBe(404)
    await owner.post('/api/drive/move', { ids: [file.publicId], targetId: inside.id })
    await owner.post('/api/drive/trash', { ids: [file.publicId] })
    expect((await get()).status).toBe(404)
    expect((await visitor.get(`/api/s/${made.id}/entries?folder=${inside.id}`)).body.total).toBe(0)
  })

  it('is nothing that its owner noted about a file', async () => {
    const file = await addFile(person.id, folder.internal, 'noted.txt')
    const made = await share([file.publicId, folder.id], { withCode: false })
    const visitor = await enter(made)
    const { body } = await visitor.get(`/api/s/${made.id}/entries`)
    const allowed = ['id', 'kind', 'name', 'size', 'category', 'contentType', 'modifiedAt', 'items', 'thumbnailUrl']
    for (const item of body.items) expect(allowed).toEqual(expect.arrayContaining(Object.keys(item)))
    expect(body.items).toHaveLength(2)
  })
})

describe('limits', () => {
  it('of 5 downloads let exactly 5 of 20 visitors at once have the file', async () => {
    const file = await addFile(person.id, folder.internal, 'wanted.txt', { size: 0 })
    const made = await share([file.publicId], { withCode: false, maxDownloads: 5 })
    const visitors = await Promise.all(Array.from({ length: 20 }, (_, n) => enter(made, `192.0.2.${n}`)))
    const answers = await Promise.all(visitors.map((visitor) => visitor.post(`/api/s/${made.id}/download`, {})))
    const statuses = answers.map((answer) => answer.status).toSorted()
    expect(statuses).toEqual([...Array(5).fill(200), ...Array(15).fill(403)])
    expect(answers.find((answer) => answer.status === 403)?.body.code).toBe('downloads_used_up')
    const winner = visitors[answers.findIndex((answer) => answer.status === 200)]
    expect((await winner?.post(`/api/s/${made.id}/download`, {}))?.status).toBe(200)
    expect((await owner.get('/api/shares')).body.shares[0]).toMatchObject({ downloads: 5, views: 20, state: 'usedUp' })
    expect((await visitorFrom().post('/api/s/open', { token: made.token })).status).toBe(404)
  })

  it('count one visitor once for a day, however often and at once they ask, and again after it', async () => {
    const file = await addFile(person.id, folder.internal, 'once.txt', { size: 0 })
    const made = await share([file.publicId], { withCode: false, maxDownloads: 3 })
    const visitor = await enter(made)
    const url = `/api/s/${made.id}/download`
    await Promise.all(Array.from({ length: 20 }, () => visitor.post(url, {})))
    const counted = async () => (await owner.get('/api/shares')).body.shares[0].downloads
    expect(await counted()).toBe(1)
    await pass('grants', '25 hours')
    expect((await visitor.post(url, {})).status).toBe(200)
    expect(await counted()).toBe(2)
  })

  it('of one view leave the one who looks inside', async () => {
    const made = await share([folder.id], { withCode: false, maxViews: 1 })
    const visitor = await enter(made)
    expect((await visitorFrom().post('/api/s/open', { token: made.token })).status).toBe(404)
    expect((await visitor.get(`/api/s/${made.id}`)).status).toBe(200)
  })

  it('are not used up by one address that forgets its cookies: half of them, then it waits', async () => {
    const made = await share([folder.id], { withCode: false, maxViews: 8 })
    const first = await enter(made, '192.0.2.1')
    const answers: Answer[] = []
    for (let n = 0; n < 5; n += 1) {
      answers.push(await visitorFrom('192.0.2.1').post('/api/s/open', { token: made.token }))
    }
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 429, 429])
    expect(answers[4]?.body.code).toBe('share_crowded')
    expect(Number(answers[4]?.headers['retry-after'])).toBeGreaterThan(500)
    // Who was let in may come again, and so may everybody elsewhere.
    expect((await first.post('/api/s/open', { token: made.token })).status).toBe(200)
    await enter(made, '198.51.100.1')
    expect((await owner.get('/api/shares')).body.shares[0].views).toBe(5)
    await db().$executeRaw`UPDATE attempt SET window_end = window_end - interval '11 minutes'`
    await enter(made, '192.0.2.1')
  })

  it('are not used up by the many addresses of one home, nor by one who knows the code', async () => {
    const made = await share([folder.id], { maxDownloads: 2 })
    const { token, code } = made
    const open = (n: number) => visitorFrom(`2001:db8:7:1::${n}`).post('/api/s/open', { token, code })
    const statuses: number[] = []
    for (let n = 1; n <= 4; n += 1) statuses.push((await open(n)).status)
    expect(statuses).toEqual([200, 200, 200, 429])
    await enter(made, '2001:db8:7:2::1')
  })

  it('let a whole school in from its one address where nothing can be used up', async () => {
    const made = await share([folder.id], { withCode: false })
    for (let n = 0; n < 12; n += 1) await enter(made, '203.0.113.9')
    expect((await owner.get('/api/shares')).body.shares[0].views).toBe(12)
  })

  it('are checked where they enter', async () => {
    for (const bad of [
      { maxDownloads: 0 },
      { maxViews: -1 },
      { maxDownloads: 1.5 },
      { expiresAt: 'tomorrow' },
      { ids: [] },
    ]) {
      const body = {
        ids: [folder.id],
        withCode: true,
        allowDownload: true,
        expiresAt: null,
        maxDownloads: null,
        maxViews: null,
      }
      expect((await owner.post('/api/shares', { ...body, ...bad })).status).toBe(400)
    }
    const foreign = new Browser(server.url, { 'Sec-Fetch-Site': 'same-site' })
    expect((await foreign.post('/api/s/open', { token: 'x' })).status).toBe(403)
  })
})

describe('view only', () => {
  it('answers no route that gives a file away', async () => {
    const file = await addFile(person.id, folder.internal, 'only to look at.txt', { size: 0 })
    const made = await share([file.publicId], { withCode: false, allowDownload: false })
    const visitor = await enter(made)
    const { browser: saver } = await signedInBrowser(server.url)
    await saver.post('/api/s/open', { token: made.token })
    const answers = [
      await visitor.post(`/api/s/${made.id}/download`, {}),
      await visitor.post(`/api/s/${made.id}/download`, { ids: [file.publicId] }),
      await visitor.get(`/api/s/${made.id}/entries/${file.publicId}/empty`),
      await saver.post(`/api/s/${made.id}/save`, {}),
    ]
    expect(answers.map((answer) => answer.status)).toEqual([404, 404, 404, 404])
  })
})

describe('what happened to an entry', () => {
  it('tells that it was shared, that the link was taken back, and that it was given again', async () => {
    const file = await addFile(person.id, folder.internal, 'told of.txt')
    const made = await share([file.publicId], { withCode: false })
    await owner.patch(`/api/shares/${made.id}`, { revoked: true })
    // The same once more is no event.
    await owner.patch(`/api/shares/${made.id}`, { revoked: true })
    await owner.patch(`/api/shares/${made.id}`, { revoked: false })
    const rows = await db().activity.findMany({ where: { entryId: file.id }, orderBy: { id: 'asc' } })
    expect(rows.map(({ kind }) => kind)).toEqual(['shared', 'unshared', 'shared'])
  })
})

describe('saving to a drive', () => {
  it('copies files and folders without moving a byte, and keeps both where a name is taken', async () => {
    const top = await makeFolder('Album')
    const below = await makeFolder('2026', top.id)
    const photo = await addFile(person.id, below.internal, 'a.jpg', { size: 700, contentType: 'image/jpeg' })
    await addFile(person.id, top.internal, 'b.txt', { size: 30 })
    const made = await share([top.id], { withCode: false })
    const { browser, person: saver } = await signedInBrowser(server.url)
    expect((await browser.post(`/api/s/${made.id}/save`, {})).status).toBe(404)
    await browser.post('/api/s/open', { token: made.token })
    const saved = await browser.post(`/api/s/${made.id}/save`, {})
    expect(saved.body.job).toMatchObject({ kind: 'save', total: 4, name: 'Album' })
    expect((await browser.post(`/api/s/${made.id}/save`, {})).status).toBe(200)
    // On a busy machine the worker goes on with what a request had no time for.
    await runJobs()
    const { body } = await browser.get('/api/drive/entries?folder=root')
    expect(body.items.map((item: { name: string }) => item.name)).toEqual(['Album', 'Album (2)'])
    const copies = await db().entry.findMany({ where: { ownerId: saver.id, name: 'a.jpg' } })
    expect(copies.map((copy) => copy.blobId)).toEqual([photo.blobId, photo.blobId])
    expect((await browser.get('/api/me')).body.quota.usedBytes).toBe(1460)
    expect((await owner.get('/api/shares')).body.shares[0].downloads).toBe(1)
  })

  it('of thousands of items is a job that goes on by itself, and is taken back as one', async () => {
    const top = await makeFolder('Everything')
    const first = await addFile(person.id, top.internal, 'f0')
    await db().$executeRaw`
      INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key, category, blob_id, size)
      SELECT ${top.id} || n, owner_id, parent_id, 1, 'f' || n, 'f' || n, category, blob_id, size
      FROM entry, generate_series(1, 11999) n WHERE id = ${first.id}`
    const made = await share([top.id], { withCode: false })
    const { browser, person: saver } = await signedInBrowser(server.url)
    await browser.post('/api/s/open', { token: made.token })
    const { status, body } = await browser.post(`/api/s/${made.id}/save`, {})
    expect(status).toBe(200)
    expect(body.job).toMatchObject({ state: 'queued', total: 12_001, done: 0 })
    // A link that is taken back meanwhile does not stop what was granted.
    await owner.patch(`/api/shares/${made.id}`, { revoked: true })
    await runJobs()
    const { jobs } = (await browser.get('/api/drive/jobs')).body
    expect(jobs).toMatchObject([{ id: body.job.id, state: 'done', done: 12_001, skipped: 0 }])
    expect(await db().entry.count({ where: { ownerId: saver.id, kind: 1, trashId: null } })).toBe(12_000)
    expect((await browser.get('/api/me')).body.quota.usedBytes).toBe(12_000)
    expect((await browser.post(`/api/drive/jobs/${body.job.id}/undo`, {})).status).toBe(200)
    expect((await browser.get('/api/drive/entries?folder=root')).body.total).toBe(0)
    // The owner's own files were never touched.
    expect(await db().entry.count({ where: { ownerId: person.id, parentId: top.internal, trashId: null } })).toBe(
      12_000,
    )
  })

  it('is refused whole when it does not fit', async () => {
    const large = await addFile(person.id, folder.internal, 'large.bin', { size: 2000 })
    const made = await share([large.publicId], { withCode: false })
    const { browser, person: saver } = await signedInBrowser(server.url)
    await db().quota.update({ where: { userId: saver.id }, data: { allowed: 1500n } })
    await browser.post('/api/s/open', { token: made.token })
    const answer = await browser.post(`/api/s/${made.id}/save`, {})
    expect(answer).toMatchObject({ status: 507, body: { code: 'quota_exceeded', values: { missingBytes: 500 } } })
    expect((await browser.get('/api/drive/entries?folder=root')).body.total).toBe(0)
    expect((await owner.get('/api/shares')).body.shares[0].downloads).toBe(0)
  })

  it('asks who one is first', async () => {
    const made = await share([folder.id], { withCode: false })
    expect((await (await enter(made)).post(`/api/s/${made.id}/save`, {})).status).toBe(401)
  })
})
