import { expect, test } from 'vitest'
import { LotSize } from './lot-size.ts'

test('a lot is a second’s worth of the line, within limits', () => {
  const size = new LotSize()
  expect(size.bytes).toBe(262_144)
  size.sent(262_144, 2_000)
  expect(size.bytes).toBe(131_072)
  size.sent(131_072, 100_000)
  expect(size.bytes).toBe(32_768)
  size.sent(32_768, 1)
  expect(size.bytes).toBe(917_504)
})

test('a lot that was much smaller than it might have been makes the next one no smaller', () => {
  const size = new LotSize()
  size.sent(100, 50)
  expect(size.bytes).toBe(262_144)
})

test('a request that broke is tried with half as much, down to a limit', () => {
  const size = new LotSize()
  size.broke()
  expect(size.bytes).toBe(131_072)
  for (let times = 0; times < 5; times += 1) size.broke()
  expect(size.bytes).toBe(32_768)
})
