import { describe, expect, it } from 'vitest'
import { expandHostPattern } from './host-patterns.ts'

describe('allow_hosts', () => {
  it.each([
    ['10.0.1.2', ['10.0.1.2']],
    ['10.0.0.0/8', ['10.0.0.0/8']],
    ['10.0.1.[1-3,20]', ['10.0.1.1', '10.0.1.2', '10.0.1.3', '10.0.1.20']],
    ['host[08-10].domain.com', ['host08.domain.com', 'host09.domain.com', 'host10.domain.com']],
    ['10.0.[1-2].[5,6]', ['10.0.1.5', '10.0.1.6', '10.0.2.5', '10.0.2.6']],
  ])('%s stands for its hosts', (pattern, hosts) => {
    expect(expandHostPattern(pattern)).toEqual(hosts)
  })

  it.each(['10.0.1.[', '10.0.1.]', '10.0.1.[5-1]', '10.0.1.[a]', '10.0.1.[]', '10.[0-255].[0-255].1'])(
    '%s is refused',
    (pattern) => {
      expect(() => expandHostPattern(pattern)).toThrow(RangeError)
    },
  )
})
