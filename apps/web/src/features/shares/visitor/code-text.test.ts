import { expect, it } from 'vitest'
import { codeOf } from './code-text.ts'

it.each([
  ['k7m2qx', 'K7M2QX'],
  [' K7M-2QX ', 'K7M2QX'],
  ['K7M2QXABC', 'K7M2QX'],
  ['01ILOU', ''],
])('%j is read as %j', (typed, code) => {
  expect(codeOf(typed)).toBe(code)
})
