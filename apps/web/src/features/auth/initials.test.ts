import { expect, test } from 'vitest'
import { initialsOf } from './initials.ts'

test('initials are the first and the last word, for Chinese names the family name', () => {
  expect(initialsOf('Mei Lin')).toBe('ML')
  expect(initialsOf('ada king of lovelace')).toBe('AL')
  expect(initialsOf('林梅')).toBe('林')
  expect(initialsOf('zoë')).toBe('Z')
  expect(initialsOf('')).toBe('?')
})
