import { expect, test } from 'vitest'
import { parseSize, sizeText } from './size-field.ts'

test.each([
  ['50 GB', 50e9],
  ['1.5tb', 1.5e12],
  ['1,5 TB', 1.5e12],
  ['800', 800],
  ['800 B', 800],
  ['3m', 3e6],
  ['0', 0],
])('%s is a size', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes)
})

test.each(['', 'much', '-5 GB', '5 XB', '99999 PB', '1.2.3 GB'])('%j is none', (text) => {
  expect(parseSize(text)).toBeNull()
})

test.each([0, 1, 999, 1000, 50e9, 1.5e12, 1234567, 100_000_000_000])(
  '%d bytes are read as they are written',
  (bytes) => {
    expect(parseSize(sizeText(bytes))).toBe(bytes)
  },
)
