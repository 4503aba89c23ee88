import { describe, expect, it } from 'vitest'
import { downloadExpiry, preferredReplica, serving, ticketFileName } from './serving.ts'

describe('what is served', () => {
  it.each([
    ['image/png', true, { ct: 'image/png', cd: 'i' }],
    ['image/png', false, { ct: 'image/png', cd: 'a' }],
    ['Video/MP4; codecs=avc1', true, { ct: 'video/mp4', cd: 'i' }],
    ['text/plain', true, { ct: 'text/plain; charset=utf-8', cd: 'i' }],
    ['text/html', true, { ct: 'application/octet-stream', cd: 'a' }],
    ['image/svg+xml', true, { ct: 'application/octet-stream', cd: 'a' }],
    ['application/xhtml+xml', true, { ct: 'application/octet-stream', cd: 'a' }],
    ['text/plain\r\nX: y', true, { ct: 'application/octet-stream', cd: 'a' }],
    ['', true, { ct: 'application/octet-stream', cd: 'a' }],
  ] as const)('of %j, shown in place: %s', (contentType, inline, expected) => {
    expect(serving(contentType, inline)).toEqual(expected)
  })
})

describe('a download URL', () => {
  it('ends at the same time for a whole window, and lives one window at least', () => {
    const hour = 3600
    for (const cd of ['i', 'a'] as const) {
      const window = cd === 'i' ? 6 * hour : hour
      const start = 1_800_000_000 - (1_800_000_000 % window)
      const expiries = [1, window / 2, window].map((offset) => downloadExpiry(start + offset, cd))
      expect(new Set(expiries)).toEqual(new Set([start + 2 * window]))
      expect(downloadExpiry(start + window + 1, cd)).toBe(start + 3 * window)
    }
  })

  it('goes to the same member whatever the order of the list, and spreads over the members', () => {
    const members = ['100001', '100002', '100003'].map((storageId) => ({ storageId }))
    const chosen = new Set<string | undefined>()
    for (let i = 0; i < 50; i += 1) {
      const one = preferredReplica(`file ${i}`, members)
      expect(preferredReplica(`file ${i}`, members.toReversed())).toEqual(one)
      chosen.add(one?.storageId)
    }
    expect(chosen.size).toBe(3)
    expect(preferredReplica('file', [])).toBeUndefined()
  })
})

it('the file name in a ticket keeps its start and its ending and never breaks the limit', () => {
  expect(ticketFileName('照片 1.jpg')).toBe('照片 1.jpg')
  expect(ticketFileName('x'.repeat(255))).toBe('x'.repeat(255))
  const quoted = ticketFileName(`${'"'.repeat(251)}.jpg`)
  expect(Buffer.byteLength(JSON.stringify(quoted))).toBeLessThanOrEqual(300)
  expect(quoted).toMatch(/^".*\.jpg$/)
})
