import { expect, test } from 'vitest'
import { brokenByStatus } from './upload-transfer.ts'

test.each([
  [401, { kind: 'ticket' }],
  [403, { kind: 'ticket' }],
  [410, { kind: 'ticket' }],
  [404, { kind: 'gone' }],
  [409, { kind: 'interrupted', by: 'storage' }],
  [423, { kind: 'interrupted', by: 'storage' }],
  [429, { kind: 'interrupted', by: 'storage' }],
  [503, { kind: 'interrupted', by: 'storage' }],
] as const)('after a %d the upload is not lost', (status, expected) => {
  expect(brokenByStatus(status)).toEqual(expected)
})

test.each([500, 507])('a storage that answers %d cannot take it, and another one may', (status) => {
  expect(brokenByStatus(status)).toEqual({ kind: 'unable' })
})

test('a body that is too large is final, with the storage’s own word for it', () => {
  const answer = { getBody: () => '{ "code": "too_large", "message": "More than the ticket allows." }' }
  expect(brokenByStatus(413, answer)).toEqual({ kind: 'refused', code: 'too_large' })
  expect(brokenByStatus(413)).toEqual({ kind: 'refused', code: '413' })
})

test('only a plain code of the answer reaches the page', () => {
  const answer = { getBody: () => '{"code":"<b>hello</b>"}' }
  expect(brokenByStatus(400, answer)).toEqual({ kind: 'refused', code: '400' })
})
