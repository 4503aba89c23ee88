// Somebody else's ids open nothing and change nothing, at every route there is: one that is not listed here fails.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertUploads } from '../src/features/uploads/server/insert-uploads.ts'
import { db, inTransaction } from '../src/lib/db.ts'
import { newPublicId, newUploadId } from '../src/lib/public-id.ts'
import { startApiServer } from './support/api-server.ts'
import type { Browser } from './support/browser.ts'
import { freshDatabase } from './support/database.ts'
import { addFile, newPerson, type Person, signedInBrowser } from './support/people.ts'

await freshDatabase()
const API = path.join(import.meta.dirname, '../src/app/api')
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const HASH = '0'.repeat(64)
/** Stands in every name of the owner: no answer to the stranger may hold it. */
const SECRET = 'Zanzibar'

let server: Awaited<ReturnType<typeof startApiServer>>
let owner: Browser
let stranger: Browser
let ownerPerson: Person
let strangerPerson: Person
/** What belongs to the owner. */
const ids = { folder: '', file: '', trashed: '', tag: '', share: '', job: '', zip: '', upload: '', session: '' }
/** A file of the stranger, where one of each is needed. */
let mine = ''
let myTag = ''

beforeAll(async () => {
  server = await startApiServer()
  await newPerson()
  ;({ browser: owner, person: ownerPerson } = await signedInBrowser(server.url))
  ;({ browser: stranger, person: strangerPerson } = await signedInBrowser(server.url))
  ids.folder = (await owner.post('/api/drive/folders', { parentId: 'root', name: `${SECRET} folder` })).body.id
  const { id: folderRow } = await db().entry.findUniqueOrThrow({ where: { publicId: ids.folder } })
  ids.file = (await addFile(ownerPerson.id, folderRow, `${SECRET} file`)).publicId
  ids.trashed = (await addFile(ownerPerson.id, folderRow, `${SECRET} trashed`)).publicId
  await owner.post('/api/drive/trash', { ids: [ids.trashed] })
  ids.tag = (await owner.post('/api/labels/tags', { name: `${SECRET} tag`, colour: 'teal' })).body.id
  const settings = { withCode: false, allowDownload: true, expiresAt: null, maxDownloads: null, maxViews: null }
  ids.share = (await owner.post('/api/shares', { ids: [ids.file], ...settings })).body.share.id
  ids.job = (await owner.post('/api/drive/copy', { ids: [ids.file], targetId: 'root' })).body.job.id
  ids.zip = (await owner.post('/api/zip', { ids: [ids.folder] })).body.url.split('/').at(-1)
  ids.session = (await owner.get('/api/me/sessions')).body.sessions[0].id
  ids.upload = newUploadId()
  await inTransaction((tx) => insertUploads(tx, [uploadOf(folderRow)]))
  mine = (await addFile(strangerPerson.id, strangerPerson.rootId, 'mine')).publicId
  myTag = (await stranger.post('/api/labels/tags', { name: 'mine', colour: 'red' })).body.id
})
afterAll(() => server.close())

function uploadOf(folderId: bigint) {
  return {
    upl: ids.upload,
    ownerId: ownerPerson.id,
    folderId,
    entryPublicId: newPublicId(),
    name: `${SECRET} upload`,
    size: 90,
    ext: '',
    conflict: 'keep' as const,
    modifiedAt: null,
    state: 'uploading' as const,
    group: 'group1',
    storageId: '1',
  }
}

interface Attempt {
  query?: string
  body?: unknown
  /** 404 unless a route answers for many at once, or does nothing where there is nothing. */
  status?: number
}

const keep = { conflict: { default: 'keep' } }
const startItem = (folderId: string) => ({ clientId: 'a', folderId, name: 'a', size: 0 })

/** What somebody would try at each route that takes an id. Without one for the path it is filled in from `ids`. */
const attempts = (): Record<string, Attempt[]> => ({
  'GET /drive/copies': [{ query: `ids=${ids.file}`, status: 200 }],
  'POST /drive/copy': [
    { body: { ids: [ids.file], targetId: 'root', ...keep } },
    { body: { ids: [mine, ids.file], targetId: 'root', ...keep } },
    { body: { ids: [mine], targetId: ids.folder, ...keep } },
    { body: { all: { folder: ids.folder }, targetId: 'root', ...keep } },
  ],
  'POST /drive/move': [
    { body: { ids: [ids.file], targetId: 'root', ...keep } },
    { body: { ids: [mine], targetId: ids.folder, ...keep } },
    { body: { all: { folder: ids.folder }, targetId: 'root', ...keep } },
  ],
  'POST /drive/star': [
    { body: { ids: [mine, ids.file], on: true } },
    { body: { all: { folder: ids.folder }, on: false } },
  ],
  'POST /drive/tag': [
    { body: { ids: [mine], add: [ids.tag] } },
    { body: { ids: [mine], remove: [ids.tag] } },
    { body: { ids: [ids.file], add: [myTag] } },
    { body: { all: { folder: `~tag.${ids.tag}` }, remove: [myTag] } },
  ],
  'POST /drive/trash': [{ body: { ids: [ids.file] } }, { body: { all: { folder: ids.folder } } }],
  'POST /drive/restore': [{ body: { ids: [ids.trashed], ...keep } }],
  'POST /drive/delete': [{ body: { ids: [ids.trashed] } }, { body: { ids: [ids.file], fromDrive: true } }],
  'GET /drive/entries': [{ query: `folder=${ids.folder}` }, { query: `folder=~tag.${ids.tag}` }],
  'PATCH /drive/entries/[id]': [{ body: { name: 'taken over' } }],
  'GET /drive/entries/[id]/copies': [{}],
  'GET /drive/entries/[id]/details': [{}],
  'GET /drive/entries/[id]/download': [{}],
  'GET /drive/entries/[id]/preview': [{}],
  'GET /drive/entries/[id]/url': [{}],
  'GET /drive/entries/[id]/verify': [{}],
  'POST /drive/entries/[id]/verify': [{ body: {} }],
  'DELETE /drive/entries/[id]/verify': [{}],
  'POST /drive/folders': [{ body: { parentId: ids.folder, name: 'inside' } }],
  'POST /drive/jobs/[id]/cancel': [{ body: {} }],
  'POST /drive/jobs/[id]/undo': [{ body: {} }],
  'GET /drive/kept': [{ query: `ids=${ids.file},${ids.trashed},${ids.folder}`, status: 200 }],
  'GET /drive/marks': [{ query: `folder=${ids.folder}` }],
  'GET /drive/thumbnails': [{ query: `ids=${ids.file}`, status: 200 }],
  'GET /drive/typed': [{ query: `folder=${ids.folder}&typed=a` }],
  'GET /drive/tree': [{ query: `folder=${ids.folder}` }],
  'POST /labels/counts': [{ body: { ids: [ids.file] } }, { body: { all: { folder: ids.folder } } }],
  'POST /labels/entries': [{ body: { ids: [ids.file], add: [myTag] } }, { body: { ids: [mine], add: [ids.tag] } }],
  'POST /labels/favourites': [{ body: { ids: [ids.file], on: true } }],
  'POST /labels/marks': [
    {
      body: {
        add: [
          { tagId: myTag, entryId: ids.file },
          { tagId: ids.tag, entryId: mine },
        ],
      },
    },
  ],
  'POST /labels/opened': [{ body: { id: ids.file } }],
  'PATCH /labels/tags/[id]': [{ body: { name: 'taken over' } }],
  'DELETE /labels/tags/[id]': [{}],
  'POST /labels/tags/[id]/merge': [{ body: { intoId: myTag } }],
  'DELETE /me/sessions': [{ query: `id=${ids.session}`, status: 204 }],
  'GET /search': [{ query: `q=${SECRET}`, status: 200 }, { query: `q=${SECRET}%20in%3Ahere&folder=${ids.folder}` }],
  'POST /shares': [
    {
      body: {
        ids: [ids.file],
        withCode: false,
        allowDownload: true,
        expiresAt: null,
        maxDownloads: null,
        maxViews: null,
      },
    },
  ],
  'PATCH /shares/[id]': [{ body: { revoked: true } }],
  'GET /shares/[id]/accesses': [{}],
  'POST /shares/measure': [{ body: { ids: [ids.file] } }],
  'POST /uploads': [{ body: { items: [startItem(ids.folder)] }, status: 200 }],
  'DELETE /uploads/[id]': [{}],
  'POST /uploads/[id]/claim': [{ body: { sha256: HASH, size: 90 } }],
  // As for every proof that is wrong: why is not said.
  'POST /uploads/[id]/proof': [{ body: { nonce: HASH, answer: HASH }, status: 200 }],
  'POST /uploads/[id]/ticket': [{ body: {} }],
  'POST /uploads/abandon': [{ body: { uploadIds: [ids.upload] }, status: 204 }],
  'POST /uploads/complete': [{ body: { items: [{ uploadId: ids.upload, receipt: 'v1.a.b.c' }] }, status: 200 }],
  'POST /uploads/folders': [{ body: { folderId: ids.folder, paths: ['a'] }, status: 200 }],
  'POST /uploads/presence': [{ body: { device: 'laptop.1', here: false }, status: 204 }],
  'POST /uploads/preflight': [{ body: { folderId: ids.folder, items: [{ name: 'a', size: 1 }] }, status: 200 }],
  'POST /zip': [{ body: { ids: [ids.file] } }],
  'GET /zip/[id]': [{}],
  'GET /s/[id]': [{}],
  'GET /s/[id]/entries': [{}],
  'GET /s/[id]/entries/[entry]/preview': [{}],
  'GET /s/[id]/entries/[entry]/empty': [{}],
  'POST /s/[id]/download': [{ body: {} }],
  'POST /s/[id]/save': [{ body: {} }],
})

/** Of whoever asks, or of nobody: these take no id of anything that belongs to somebody. */
const WITHOUT_IDS = new Set([
  'GET /drive/jobs',
  'POST /drive/jobs/seen',
  'GET /labels',
  'POST /labels/tags',
  'GET /me',
  'PATCH /me',
  'GET /me/security',
  'GET /me/sessions',
  'POST /me/authenticator',
  'POST /me/authenticator/confirm',
  'POST /me/authenticator/remove',
  'POST /me/email',
  'POST /me/password',
  'POST /me/recovery-codes',
  'GET /setup',
  'GET /shares',
  'GET /uploads',
  'POST /s/open',
])

/** All routes but those of the administration and of signing in, which have tests of their own. */
async function routeNames(): Promise<string[]> {
  const files = readdirSync(API, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('route.ts'))
  const names = await Promise.all(
    files.map(async (file) => {
      const module: Record<string, unknown> = await import(path.join(API, file))
      return METHODS.filter((method) => method in module).map((method) => `${method} /${path.dirname(file)}`)
    }),
  )
  return names.flat().filter((name) => !/ \/(admin|auth)\//.test(name))
}

/** The owner's id that belongs where a path has a hole. */
function filled(pattern: string): string {
  const [, place = ''] = pattern.split('/')
  const idOf: Record<string, string> = {
    shares: ids.share,
    s: ids.share,
    uploads: ids.upload,
    zip: ids.zip,
    labels: ids.tag,
  }
  const id = pattern.startsWith('/drive/jobs') ? ids.job : (idOf[place] ?? ids.file)
  return pattern.replace('[id]', id).replace('[entry]', ids.file)
}

/** Everything that the owner has, as rows. */
async function ownerState(): Promise<string> {
  const where = { where: { ownerId: ownerPerson.id } }
  const rows = await Promise.all([
    db().entry.findMany({ ...where, orderBy: { id: 'asc' }, include: { tags: true } }),
    db().share.findMany(where),
    db().job.findMany(where),
    db().tag.findMany(where),
    db().upload.findMany(where),
    db().session.findMany({ where: { userId: ownerPerson.id }, select: { sessionToken: true, revokedAt: true } }),
  ])
  return JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

it('every route that takes an id is tried', async () => {
  const listed = new Set([...Object.keys(attempts()), ...WITHOUT_IDS])
  const names = await routeNames()
  expect(names.filter((name) => !listed.has(name))).toEqual([])
  expect([...listed].filter((name) => !names.includes(name))).toEqual([])
})

it('what belongs to somebody else is not found, and stays as it was', async () => {
  const before = await ownerState()
  const wrong: string[] = []
  for (const [name, tries] of Object.entries(attempts())) {
    const [method = '', pattern = ''] = name.split(' ')
    for (const { query, body, status = 404 } of tries) {
      const url = `/api${filled(pattern)}${query === undefined ? '' : `?${query}`}`
      const answer = await stranger.send(method, url, body)
      const told = JSON.stringify(answer.body)
      if (answer.status !== status)
        wrong.push(`${name} ${query ?? JSON.stringify(body) ?? ''}: ${answer.status} ${told}`)
      if (told?.includes(SECRET)) wrong.push(`${name} tells ${told}`)
    }
  }
  expect(wrong).toEqual([])
  expect(await ownerState()).toBe(before)
})

it('what answers for many at once leaves out what belongs to somebody else', async () => {
  const started = await stranger.post('/api/uploads', { items: [startItem(ids.folder), startItem('root')] })
  expect(started.body.items).toMatchObject([{ ok: false, error: { code: 'folder_gone' } }, { ok: true }])
  const receipt = { uploadId: ids.upload, receipt: 'v1.a.b.c' }
  const completed = await stranger.post('/api/uploads/complete', { items: [receipt] })
  expect(completed.body.items).toMatchObject([{ ok: false, error: { code: 'not_found' } }])
  const asked = {
    folderId: ids.folder,
    items: [
      { name: `${SECRET} file`, size: 7 },
      { name: 'a', size: 7 },
    ],
  }
  // Of a folder that is not one's own nobody learns which names are taken there.
  expect((await stranger.post('/api/uploads/preflight', asked)).body.kinds).toEqual(['new', 'new'])
  expect((await owner.post('/api/uploads/preflight', asked)).body.kinds).toEqual(['taken', 'new'])
  const dropped = await stranger.post('/api/uploads/folders', { folderId: ids.folder, paths: ['a'] })
  expect(dropped.body.items).toMatchObject([{ ok: false, error: { code: 'folder_gone' } }])
  expect((await stranger.get(`/api/drive/copies?ids=${ids.file}`)).body).toEqual({})
  expect((await stranger.get(`/api/drive/thumbnails?ids=${ids.file}`)).body).toEqual({})
  expect((await stranger.get(`/api/search?q=${SECRET}`)).body).toMatchObject({ items: [], found: 0 })
  // The session of the owner still opens.
  expect((await owner.get('/api/me')).status).toBe(200)
})
