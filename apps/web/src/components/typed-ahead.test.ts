import { expect, test } from 'vitest'
import { type FieldText, typedInto } from './typed-ahead.ts'

const untitled: FieldText = { text: 'Untitled folder', from: 0, to: 15 }
const plain = (...keys: string[]) => keys.map((key) => ({ key, main: false }))

test('characters replace what is selected and go on behind it', () => {
  expect(typedInto(untitled, plain('潮', '位'))).toEqual({ text: '潮位', from: 2, to: 2, submitted: false })
})

test('nothing behind Enter reaches the field', () => {
  expect(typedInto(untitled, plain('A', 'Enter', 'B'))).toMatchObject({ text: 'A', submitted: true })
})

test('Ctrl with A selects everything, other keys with Ctrl type nothing', () => {
  const stem: FieldText = { text: 'notes.txt', from: 0, to: 5 }
  const keys = [{ key: 'v', main: true }, { key: 'A', main: true }, ...plain('x')]
  expect(typedInto(stem, keys).text).toBe('x')
})

test('Backspace and Delete take what is selected, else a whole character', () => {
  expect(typedInto({ text: 'ab😀', from: 4, to: 4 }, plain('Backspace')).text).toBe('ab')
  expect(typedInto({ text: '😀ab', from: 0, to: 0 }, plain('Delete')).text).toBe('ab')
  expect(typedInto({ text: 'abc', from: 1, to: 2 }, plain('Backspace')).text).toBe('ac')
  expect(typedInto({ text: 'abc', from: 0, to: 0 }, plain('Backspace')).text).toBe('abc')
})

test('Home and End move, keys with a name type nothing', () => {
  expect(typedInto({ text: 'bc', from: 1, to: 1 }, plain('Home', 'a', 'Shift', 'End', 'd')).text).toBe('abcd')
})
