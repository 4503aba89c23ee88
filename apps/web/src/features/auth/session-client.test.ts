import { expect, test } from 'vitest'
import { safeNext } from './session-client.ts'

test('after signing in only paths of this site are followed', () => {
  expect(safeNext('/drive/abc')).toBe('/drive/abc')
  expect(safeNext('//evil.example')).toBe('/drive')
  expect(safeNext('/\\evil.example')).toBe('/drive')
  expect(safeNext('https://evil.example')).toBe('/drive')
  expect(safeNext(null)).toBe('/drive')
})
