import { expect, test } from 'vitest'
import { placeId, placeOfId, placeOfPath, placePath, searchOf } from './place.ts'

const places = [
  ['/drive', 'root'],
  ['/drive/aB3_-9', 'aB3_-9'],
  ['/recent', '~recent'],
  ['/favourites', '~favourites'],
  ['/trash', '~trash'],
  ['/category/image', '~category.image'],
  ['/category/image?type=jpeg', '~category.image.jpeg'],
  ['/tag/aB3_-9', '~tag.aB3_-9'],
] as const

test.each(places)('the address %s and the id %s are the same place', (path, id) => {
  const place = placeOfPath(path)
  expect(place).toEqual(placeOfId(id))
  expect(place && placeId(place)).toBe(id)
  expect(place && placePath(place)).toBe(path)
})

test.each([
  '/',
  '/settings',
  '/category',
  '/category/music',
  '/category/image/jpeg',
  '/tag',
  '/recent/now',
  '/drive/a/b',
  '/shared',
])('the address %s is no listing', (path) => {
  expect(placeOfPath(path)).toBeNull()
})

test.each([
  ['/drive/aB3', '', 'in:here ', 'aB3'],
  ['/favourites', '', 'is:favourite ', 'root'],
  ['/category/image?type=jpeg', '', 'type:image ', 'root'],
  ['/tag/aB3', 'Old ones', 'tag:"Old ones" ', 'root'],
] as const)('what %s shows is found by a search', (path, name, q, within) => {
  expect(searchOf(placeOfPath(path)!, name)).toEqual({ kind: 'search', q, within })
})

test.each(['/recent', '/trash', '/search?q=tide'])('%s is narrowed by no search', (path) => {
  expect(searchOf(placeOfPath(path)!, '')).toBeNull()
})

test('a type that is none is passed over', () => {
  expect(placeOfPath('/category/image?type=../etc')).toEqual({ kind: 'category', category: 'image' })
})

test.each([
  '~',
  '~category',
  '~category.music',
  '~category.image.jpeg.2',
  '~category.image.JPEG',
  '~tag',
  '~drive.a',
  '~recent.now',
])('%s is no place', (id) => {
  expect(placeOfId(id)).toBeNull()
})
