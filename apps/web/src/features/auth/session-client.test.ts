import { expect, test } from 'vitest'
import { placeAfterSignIn, safeNext } from './session-client.ts'

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

test('who comes back from a sign-in service with nothing still arrives where they wanted to go', () => {
  const origin = 'http://drive.example'
  const search = (fields: Record<string, string>) => `?${new URLSearchParams({ error: 'OAuthCallback', ...fields })}`
  const placeOf = (fields: Record<string, string>) => placeAfterSignIn({ origin, search: search(fields) })
  expect(placeOf({ callbackUrl: `${origin}/drive/abc?view=grid` })).toBe('/drive/abc?view=grid')
  expect(placeOf({ next: '/trash', callbackUrl: `${origin}/drive` })).toBe('/trash')
  expect(placeOf({ callbackUrl: `${origin}//evil.example` })).toBe('/drive')
  expect(placeOf({ callbackUrl: `${origin}.evil.example/x` })).toBe('/drive')
  expect(placeOf({})).toBe('/drive')
})
