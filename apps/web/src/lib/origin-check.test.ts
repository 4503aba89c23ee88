import { expect, it } from 'vitest'
import { mayChange } from './origin-check.ts'

const origins = ['http://host:3000']

it.each([
  [{ 'sec-fetch-site': 'same-origin' }, true],
  [{ 'sec-fetch-site': 'same-site', origin: 'http://host:3000' }, false],
  [{ 'sec-fetch-site': 'cross-site' }, false],
  [{ 'sec-fetch-site': 'none' }, false],
  [{ origin: 'http://host:3000' }, true],
  [{ origin: 'http://host:8888' }, false],
  [{ origin: 'null' }, false],
  [{}, false],
] as const)('a change with %j is allowed: %s', (headers, allowed) => {
  expect(mayChange('POST', new Headers(headers), origins)).toBe(allowed)
})

it('reading is always allowed', () => {
  expect(mayChange('GET', new Headers({ 'sec-fetch-site': 'cross-site' }), origins)).toBe(true)
})
