import { describe, expect, it } from 'vitest'
import type { ShareItem } from './schema.ts'
import { downloadsLeft, nextShareOrder, shownState, sortedShares } from './share-order.ts'

const share: ShareItem = {
  id: 'a',
  url: 'https://drive.example/s/x',
  title: 'a',
  items: 1,
  first: null,
  state: 'active',
  hasCode: true,
  allowDownload: true,
  expiresAt: null,
  maxDownloads: null,
  maxViews: null,
  downloads: 0,
  views: 0,
  createdAt: '2026-11-21T10:00:00.000Z',
}
const now = new Date(2026, 10, 21, 14)

describe('the state of a link', () => {
  it.each([
    [new Date(2026, 10, 21, 23, 59), 'today'],
    [new Date(2026, 10, 22, 23, 59), 'tomorrow'],
    [new Date(2026, 10, 23, 0, 1), 'active'],
  ])('that ends at %s is %s', (ends, expected) => {
    expect(shownState({ ...share, expiresAt: ends.toISOString() }, now)).toBe(expected)
  })

  it('that was revoked does not end any more', () => {
    expect(shownState({ ...share, state: 'revoked', expiresAt: now.toISOString() }, now)).toBe('revoked')
  })
})

describe('downloads left', () => {
  it('are told where they are limited and never below zero', () => {
    expect(downloadsLeft(share)).toBeNull()
    expect(downloadsLeft({ ...share, maxDownloads: 20, downloads: 3 })).toBe(17)
    expect(downloadsLeft({ ...share, maxDownloads: 2, downloads: 3 })).toBe(0)
    expect(downloadsLeft({ ...share, maxDownloads: 2, allowDownload: false })).toBeNull()
  })
})

describe('the order of links', () => {
  it('puts those that never end behind all others', () => {
    const ending = { ...share, id: 'b', expiresAt: '2026-12-01T00:00:00.000Z' }
    expect(sortedShares([share, ending], { by: 'ends', dir: 'asc' }).map(({ id }) => id)).toEqual(['b', 'a'])
  })

  it('turns round at the second press', () => {
    const once = nextShareOrder({ by: 'created', dir: 'desc' }, 'name')
    expect(once).toEqual({ by: 'name', dir: 'asc' })
    expect(nextShareOrder(once, 'name')).toEqual({ by: 'name', dir: 'desc' })
  })
})
