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
  [500, { kind: 'interrupted', by: 'storage' }],
  [503, { kind: 'interrupted', by: 'storage' }],
] as const)('after a %d the upload is not lost', (status, expected) => {
  expect(brokenByStatus(status)).toEqual(expected)
})

test('a full disk and a body that is too large are final, with the storage’s own word for it', () => {
  const answer = { getBody: () => '{ "code": "no_space", "message": "The disk is full." }' }
  expect(brokenByStatus(507, answer)).toEqual({ kind: 'refused', code: 'no_space' })
  expect(brokenByStatus(413)).toEqual({ kind: 'refused', code: '413' })
})

test('only a plain code of the answer reaches the page', () => {
  const answer = { getBody: () => '{"code":"<b>hello</b>"}' }
  expect(brokenByStatus(400, answer)).toEqual({ kind: 'refused', code: '400' })
})
