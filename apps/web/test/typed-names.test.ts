import { expect, it } from 'vitest'
import { addFile } from './support/people.ts'
import { signedInDrive } from './support/signed-in-drive.ts'

const { browser, drive, person } = await signedInDrive()

async function typed(text: string, folder: string, dir = 'asc'): Promise<string | null> {
  const query = new URLSearchParams({ folder, dir, typed: text })
  const { status, body } = await browser.get(`/api/drive/typed?${query}`)
  expect(status).toBe(200)
  return body.id
}

it('what is typed leads to the first entry that begins so, far behind the first page', async () => {
  const deep = await drive.makeFolder('Deep')
  await drive.fill(deep, 300)
  const add = async (name: string) => (await addFile(person.id, deep.row, name)).publicId
  const [zebra, tide, image] = [await add('zebra.txt'), await add('潮位.txt'), await add('IMG_2026.jpg')]
  const above = await drive.makeFolder('Zebras', deep.id)
  expect(await typed('tid', deep.id)).toBeNull()
  expect(await typed('cw', deep.id)).toBe(tide)
  expect(await typed('img_20', deep.id)).toBe(image)
  expect(await typed('zeb', deep.id)).toBe(above.id)
  expect(await typed('zebra.', deep.id)).toBe(zebra)
  expect(await typed('zebra.', '~category.document')).toBe(zebra)
  const { body } = await browser.get(`/api/drive/entries?folder=${deep.id}&around=${zebra}`)
  expect(body.start).toBe(300)
  expect(body.items.map(({ id }: { id: string }) => id)).toContain(zebra)
})

it('it follows the direction of the list, and leads nowhere in a list without that order', async () => {
  const folder = await drive.makeFolder('Both ways')
  const [first, last] = [await drive.makeFolder('tide 1', folder.id), await drive.makeFolder('tide 20', folder.id)]
  expect(await typed('tide', folder.id)).toBe(first.id)
  expect(await typed('tide', folder.id, 'desc')).toBe(last.id)
  expect(await typed('tide', '~recent')).toBeNull()
  expect((await browser.get(`/api/drive/typed?folder=${folder.id}&typed=`)).status).toBe(400)
})
