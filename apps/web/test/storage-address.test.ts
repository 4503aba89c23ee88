import { expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import { signedInDriveOnStorages } from './support/signed-in-drive.ts'

// The storages are there, and the settings say of none of them where browsers reach it.
process.env['CAIRN_STORAGE_URL'] = '999=https://files.test'
const { browser, person } = await signedInDriveOnStorages()

it('a file for a storage that browsers cannot reach is refused, and no space is kept for it', async () => {
  const files = [
    { clientId: 'full', folderId: 'root', name: 'full.bin', size: 10_240 },
    { clientId: 'empty', folderId: 'root', name: 'empty.txt', size: 0 },
  ]
  const answer = await browser.post('/api/uploads', { items: files })
  expect(answer.status).toBe(200)
  expect(answer.body.items).toMatchObject([
    { clientId: 'full', ok: false, error: { code: 'no_storage' } },
    { clientId: 'empty', ok: true, entry: { name: 'empty.txt' } },
  ])
  const { reserved } = await db().quota.findUniqueOrThrow({ where: { userId: person.id } })
  expect(Number(reserved)).toBe(0)
  expect(await db().upload.count({ where: { state: { in: ['created', 'uploading'] } } })).toBe(0)
})
