import { describe, expect, it } from 'vitest'
import { daysUntil, endOfDate, endOfDay, newDraft } from './share-draft.ts'

const now = new Date(2026, 10, 21, 14, 3)

describe('a new link', () => {
  it('asks for a code and ends at the end of the seventh day', () => {
    const draft = newDraft(now)
    expect(draft).toMatchObject({ withCode: true, allowDownload: true, maxDownloads: null, maxViews: null })
    expect(new Date(draft.expiresAt ?? '')).toEqual(new Date(2026, 10, 28, 23, 59, 59))
  })
})

describe('the end of a link', () => {
  it('is the last second of a chosen day, and never in the past', () => {
    expect(endOfDate('2026-12-02', now)).toBe(new Date(2026, 11, 2, 23, 59, 59).toISOString())
    expect(endOfDate('2026-11-21', now)).toBe(new Date(2026, 10, 21, 23, 59, 59).toISOString())
    expect(endOfDate('2026-11-20', now)).toBeUndefined()
    expect(endOfDate('', now)).toBeUndefined()
  })

  it('counts whole days', () => {
    expect(daysUntil(endOfDay(now, 30), now)).toBe(30)
  })
})
