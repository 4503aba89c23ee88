import { expect, test } from 'vitest'
import { notUnderWay } from './under-way.ts'
import { type ChosenFile, jobOf, newUploadOf } from './upload-job.ts'
import { UploadStore } from './upload-store.ts'

const target = { folderId: 'photos', label: 'Photos' }
const chosen = (name: string, path = '', lastModified = 1): ChosenFile => ({
  file: new File([name], name, { lastModified }),
  path,
})
const namesOf = (files: readonly ChosenFile[]) => files.map(({ file, path }) => `${path}/${file.name}`)

function storeWith(files: readonly ChosenFile[]): { store: UploadStore; ids: string[] } {
  const store = new UploadStore()
  const uploads = files.map((each) => newUploadOf(jobOf(each, target)))
  store.dispatch({ type: 'added', uploads })
  store.flush()
  return { store, ids: uploads.map(({ id }) => id) }
}

test('a file that is on its way is not taken once more, wherever it was chosen from', () => {
  const { store } = storeWith([chosen('a.jpg'), chosen('b.jpg', 'north')])
  const again = [chosen('a.jpg'), chosen('b.jpg', 'north'), chosen('c.jpg')]
  expect(namesOf(notUnderWay(again, target, store))).toEqual(['/c.jpg'])
})

test('the same name in another folder, or of another day, is another file', () => {
  const { store } = storeWith([chosen('a.jpg')])
  const others = [chosen('a.jpg', 'north'), chosen('a.jpg', '', 2)]
  expect(notUnderWay(others, target, store)).toEqual(others)
  expect(notUnderWay([chosen('a.jpg')], { folderId: 'papers' }, store)).toHaveLength(1)
})

test('what failed, or was taken off the list, can be chosen again', () => {
  const { store, ids } = storeWith([chosen('a.jpg'), chosen('b.jpg')])
  const [failed = '', removed = ''] = ids
  store.dispatch({ type: 'failed', id: failed, error: { code: 'quota_exceeded' } })
  store.dispatch({ type: 'removed', ids: [removed] })
  store.flush()
  expect(namesOf(notUnderWay([chosen('a.jpg'), chosen('b.jpg')], target, store))).toEqual(['/a.jpg', '/b.jpg'])
})
