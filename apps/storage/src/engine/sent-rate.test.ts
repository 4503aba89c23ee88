import { describe, expect, it } from 'vitest'
import { createSentRate } from './sent-rate.ts'

describe('the rate of what is sent', () => {
  it('is what the last ten seconds brought, and nothing from before', () => {
    const rate = createSentRate()
    for (let second = 0; second < 10; second += 1) rate.add(1000, second * 1000 + 999)
    expect(rate.perSecond(9999)).toBe(1000)
    expect(rate.perSecond(14_000)).toBe(500)
    expect(rate.perSecond(18_999)).toBe(100)
    expect(rate.perSecond(19_000)).toBe(0)
    expect(rate.total).toBe(10_000)
  })

  it('a second that comes round again begins at 0', () => {
    const rate = createSentRate()
    rate.add(700, 3000)
    rate.add(70, 3999)
    rate.add(5000, 13_500)
    expect(rate.perSecond(13_500)).toBe(500)
    expect(rate.perSecond(1_000_000)).toBe(0)
    expect(rate.total).toBe(5770)
  })
})
