import { createMasterKeys, openMasterKeys, sign } from '@cairn/dfs-core/tickets'
import { expect, test } from 'vitest'
import { contentOf } from './upload-run.ts'

test('the content that a real receipt speaks of is read from it', () => {
  const keys = openMasterKeys(JSON.stringify(createMasterKeys()))
  for (const sha256 of ['0123456789abcdef'.repeat(4), 'f'.repeat(64)]) {
    const receipt = sign(
      {
        typ: 'receipt',
        upl: 'a'.repeat(32),
        ep: 1,
        grp: 'group1',
        mem: '100001',
        fid: 'group1/M00/00/00/CgAAAWkgU_-AQAAAAAAABeDbnPs1234567.txt',
        size: 5,
        crc32: 4157704578,
        sha256,
        head: '0'.repeat(64),
        ct: 'text/x-?>~~~???',
        dur: 'none',
        copies: 1,
        at: 1_800_000_000,
      },
      keys.receiptRing('group1', '100001'),
    )
    expect(contentOf(receipt)).toBe(sha256)
  }
})

test('what is no receipt has no content, so that nothing is taken for the same', () => {
  expect([contentOf(''), contentOf('v1.k.e30.x')]).toEqual(['', ''])
})
