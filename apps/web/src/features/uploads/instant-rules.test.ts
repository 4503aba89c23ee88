import { describe, expect, it } from 'vitest'
import { hashesAlways, holdersNeeded, mayClaim, SITE_MIN_BYTES } from './instant-rules.ts'

const nobody = { own: false, count: 0 }
const others = { own: false, count: 1 }
const mine = { own: true, count: 1 }

describe('a browser is told to hash', () => {
  it('every file of 1 MiB and more where everybody is spared by everybody', () => {
    expect(hashesAlways('site', SITE_MIN_BYTES)).toBe(true)
    expect(hashesAlways('site', SITE_MIN_BYTES - 1)).toBeNull()
  })

  it('no file that is sent in the time that hashing it takes, and nothing where instant upload is off', () => {
    expect(hashesAlways('off', SITE_MIN_BYTES)).toBe(false)
    expect([0, 10_000, 65_536, 65_537].map((size) => hashesAlways('site', size))).toEqual([false, false, false, null])
    expect(hashesAlways('person', 10 * SITE_MIN_BYTES)).toBeNull()
  })
})

describe('stored content spares an upload', () => {
  it('of the same person at every size, unless it is off', () => {
    expect(mayClaim({ instantScope: 'site' }, 1, mine, 1)).toBe(true)
    expect(mayClaim({ instantScope: 'person' }, 1, mine, 1)).toBe(true)
    expect(mayClaim({ instantScope: 'off' }, SITE_MIN_BYTES, mine, 1)).toBe(false)
  })

  it('of somebody else only from 1 MiB on, and only where the scope is the site', () => {
    expect(mayClaim({ instantScope: 'site' }, SITE_MIN_BYTES, others, 1)).toBe(true)
    expect(mayClaim({ instantScope: 'site' }, SITE_MIN_BYTES - 1, others, 1)).toBe(false)
    expect(mayClaim({ instantScope: 'person' }, SITE_MIN_BYTES, others, 1)).toBe(false)
  })

  it('only while enough people keep it', () => {
    expect(mayClaim({ instantScope: 'site' }, SITE_MIN_BYTES, nobody, 1)).toBe(false)
    expect(mayClaim({ instantScope: 'site' }, SITE_MIN_BYTES, others, 2)).toBe(false)
  })
})

describe('the number of holders that is needed', () => {
  it('is one by default, and varies with the content above that', () => {
    expect([0, 1, 2, 3, 4].map((byte) => holdersNeeded(1, byte))).toEqual([1, 1, 1, 1, 1])
    expect([0, 1, 2, 3, 4].map((byte) => holdersNeeded(2, byte))).toEqual([2, 3, 4, 5, 2])
  })
})
