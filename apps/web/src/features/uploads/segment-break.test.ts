import { expect, test } from 'vitest'
import { afterBreak } from './segment-break.ts'

const segment = { off: 8, bytes: 4 }
const unanswered = { status: 0, prefix: null }

test('a segment that the upload has passed is stored, whatever the answer was', () => {
  for (const status of [0, 404, 409, 410, 503]) {
    expect(afterBreak(segment, { prefix: 12, answered: { status, prefix: null }, begun: true })).toBe('stored')
  }
  expect(afterBreak(segment, { prefix: 11, answered: unanswered, begun: true })).toBe('broken')
})

test('a segment that the storage has nothing of goes again; an upload that it has nothing of does not', () => {
  const answered = { status: 404, prefix: null }
  expect(afterBreak(segment, { prefix: 0, answered, begun: true })).toBe('again')
  expect(afterBreak(segment, { prefix: 0, answered, begun: false })).toBe('broken')
})

test('a ticket that is refused is renewed; where the upload is said to be elsewhere it is looked at', () => {
  expect(afterBreak(segment, { prefix: 0, answered: { status: 410, prefix: null }, begun: true })).toBe('broken')
  expect(afterBreak(segment, { prefix: 10, answered: { status: 410, prefix: 10 }, begun: true })).toBe('outdated')
  expect(afterBreak(segment, { prefix: 0, answered: { status: 401, prefix: null }, begun: false })).toBe('broken')
})

test('a segment that is refused fails no file: the upload goes on as one stream', () => {
  for (const status of [400, 403, 405, 409, 413, 501]) {
    expect(afterBreak(segment, { prefix: 0, answered: { status, prefix: null }, begun: false })).toBe('outdated')
  }
})

test('a full disk and a storage that stumbles are what they are for a whole upload', () => {
  for (const status of [423, 429, 500, 503, 507]) {
    expect(afterBreak(segment, { prefix: 0, answered: { status, prefix: null }, begun: true })).toBe('broken')
  }
})
