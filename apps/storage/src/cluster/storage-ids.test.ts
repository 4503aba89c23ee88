import { describe, expect, it } from 'vitest'
import { parseStorageIds } from './storage-ids.ts'

describe('lines of storage_ids.conf', () => {
  it.each([
    ['100001 group1 192.0.2.2:23001 rw=both', { id: '100001', group: 'group1', ips: ['192.0.2.2'], port: 23001 }],
    ['7 g2 192.0.2.2', { id: '7', group: 'g2', ips: ['192.0.2.2'], port: 23000 }],
    ['7 g2 10.0.0.2,192.0.2.2:23000', { id: '7', group: 'g2', ips: ['10.0.0.2', '192.0.2.2'], port: 23000 }],
    ['7 g2 [2001:db8::1]:23002', { id: '7', group: 'g2', ips: ['2001:db8::1'], port: 23002 }],
  ])('%s', (line, entry) => {
    expect(parseStorageIds([line])).toEqual([entry])
  })

  it('that are none are left out', () => {
    expect(parseStorageIds(['', '# comment', 'x group1 192.0.2.2', '100001'])).toEqual([])
  })
})
