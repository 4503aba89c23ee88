import { expect, test } from 'vitest'
import type { EntryItem } from '../../lib/entries/entry-item.ts'
import { isTooLarge } from './preview-kind.ts'

const photo: EntryItem = {
  id: 'p',
  kind: 'file',
  name: 'chart.png',
  size: 40_000_000,
  category: 'image',
  contentType: 'image/png',
  createdAt: '2026-11-01T00:00:00Z',
  modifiedAt: '2026-11-01T00:00:00Z',
  copies: 2,
}
const none = { small: null, large: null, pending: false }
const huge = { width: 50_000, height: 50_000 }

test('a picture of 50,000 × 50,000 is too large, unless a smaller one of it exists or is being made', () => {
  expect(isTooLarge({ item: photo, size: huge, pictures: none })).toBe(true)
  expect(isTooLarge({ item: photo, size: huge, pictures: { ...none, large: '/large' } })).toBe(false)
  expect(isTooLarge({ item: photo, size: huge, pictures: { ...none, pending: true } })).toBe(false)
})

test('a picture is too large that no smaller one could be made of', () => {
  expect(isTooLarge({ item: photo, size: null, pictures: none, tooLarge: true })).toBe(true)
})

test('a picture of many bytes is too large though its size in pixels is not known', () => {
  expect(isTooLarge({ item: { ...photo, size: 300_000_000 }, size: null, pictures: none })).toBe(true)
  expect(isTooLarge({ item: photo, size: null, pictures: none })).toBe(false)
})

test('a film of many bytes is not: it is read as it is played', () => {
  const film = { ...photo, contentType: 'video/mp4', size: 30_000_000_000 }
  expect(isTooLarge({ item: film, size: { width: 3840, height: 2160 }, pictures: none })).toBe(false)
})
