import { expect, it } from 'vitest'
import { whatFits } from './rules.ts'

it('files fit in their order, and small ones may follow one that does not', () => {
  expect(whatFits([40, 70, 50, 20, 1], 100)).toEqual({ fits: [true, false, true, false, true], freeBytes: 9 })
})

it('nothing fits into less than nothing, but empty files do', () => {
  expect(whatFits([0, 1], -5)).toEqual({ fits: [true, false], freeBytes: 0 })
})
