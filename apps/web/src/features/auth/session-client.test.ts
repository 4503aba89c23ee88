import { expect, test } from 'vitest'
import { safeNext } from './session-client.ts'

test('after signing in only paths of this site are followed', () => {
  expect(safeNext('/drive/abc?view=grid#top')).toBe('/drive/abc?view=grid#top')
  for (const away of [
    '/\t/evil.example',
    '/\n\\evil.example',
    '/./\\evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
  ]) {
    const at = new URL(safeNext(away), 'http://drive.example')
    expect(at.host, JSON.stringify(away)).toBe('drive.example')
  }
  expect(safeNext('//evil.example')).toBe('/drive')
  expect(safeNext('/\\evil.example')).toBe('/drive')
  expect(safeNext('https://evil.example')).toBe('/drive')
  expect(safeNext(null)).toBe('/drive')
})
