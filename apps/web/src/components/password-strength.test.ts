import { expect, test } from 'vitest'
import { passwordStrength } from './password-strength.ts'

test('below the minimum nothing is better than weak', () => {
  expect(passwordStrength('')).toBe(0)
  expect(passwordStrength('aB3$x')).toBe(1)
})

test('repetition and sequences stay weak however long they are', () => {
  expect(passwordStrength('aaaaaaaaaaaaaaaa')).toBe(1)
  expect(passwordStrength('1234567890')).toBe(1)
})

test('length makes a plain sentence strong', () => {
  expect(passwordStrength('harbour at sunrise')).toBeGreaterThanOrEqual(3)
  expect(passwordStrength('correct horse battery staple!')).toBe(4)
})
