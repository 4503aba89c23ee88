import { expect, test } from 'vitest'
import { commandOf, goCommand, type KeyPress } from './shortcuts.ts'

const press = (key: string, held: Partial<KeyPress> = {}) =>
  commandOf({ key, shift: false, alt: false, main: false, ...held })

test.each([
  ['Enter', {}, 'open'],
  [' ', {}, 'toggle'],
  ['Backspace', {}, 'parent'],
  ['ArrowUp', { alt: true }, 'parent'],
  ['a', { main: true }, 'selectAll'],
  ['z', { main: true }, 'undo'],
  ['Z', { main: true, shift: true }, 'redo'],
  ['d', { main: true }, 'copyHere'],
  ['l', { main: true }, 'editPath'],
  ['Delete', { shift: true }, 'remove'],
  ['s', {}, 'share'],
  ['t', {}, 'tags'],
  ['f', {}, 'favourite'],
  ['i', {}, 'details'],
  ['/', {}, 'palette'],
  ['k', { main: true }, 'palette'],
  ['Escape', {}, 'escape'],
  ['F2', {}, 'rename'],
  ['Delete', {}, 'trash'],
  ['Backspace', { main: true }, 'trash'],
  ['u', {}, 'uploadFiles'],
  ['U', { shift: true }, 'uploadFolder'],
  ['N', { shift: true }, 'newFolder'],
  ['D', { shift: true }, 'download'],
  ['m', {}, 'moveTo'],
  ['v', {}, 'switchView'],
  ['F10', { shift: true }, 'menu'],
  ['?', { shift: true }, 'help'],
] as const)('%j with %j means %s', (key, held, command) => {
  expect(press(key, held)).toEqual({ type: command })
})

test('arrows move, with Shift they extend', () => {
  expect(press('ArrowDown')).toEqual({ type: 'move', by: 'row', direction: 1, extend: false, keep: false })
  expect(press('ArrowUp', { shift: true })).toEqual({
    type: 'move',
    by: 'row',
    direction: -1,
    extend: true,
    keep: false,
  })
  expect(press('End', { shift: true })).toEqual({ type: 'edge', direction: 1, extend: true })
})

test('with Ctrl arrows move the focus alone; other steps with it stay with the browser', () => {
  const alone = { extend: false, keep: true }
  expect(press('ArrowDown', { main: true })).toEqual({ type: 'move', by: 'row', direction: 1, ...alone })
  expect(press('ArrowLeft', { main: true })).toEqual({ type: 'move', by: 'column', direction: -1, ...alone })
  expect(press('PageDown', { main: true })).toBeNull()
  expect(press('ArrowDown', { main: true, shift: true })).toBeNull()
})

test('other letters jump to a name, in every script', () => {
  expect(press('h')).toEqual({ type: 'letter', letter: 'h' })
  expect(press('潮')).toEqual({ type: 'letter', letter: '潮' })
})

test('combinations of the browser stay with the browser', () => {
  for (const key of ['c', 'v', 'r', 't', 'PageDown']) expect(press(key, { main: true })).toBeNull()
  expect(press('T', { main: true, shift: true })).toBeNull()
  expect(press('Tab')).toBeNull()
})

test('without commands on letters, a letter jumps to a name, and all other keys stay', () => {
  const held = { shift: false, alt: false, main: false }
  expect(commandOf({ key: 'u', ...held }, false)).toEqual({ type: 'letter', letter: 'u' })
  expect(commandOf({ key: '/', ...held }, false)).toBeNull()
  expect(commandOf({ key: 'Delete', ...held }, false)).toEqual({ type: 'trash' })
  expect(commandOf({ key: 'a', ...held, main: true }, false)).toEqual({ type: 'selectAll' })
})

test('after G a letter leads to a place', () => {
  const held = { shift: false, alt: false, main: false }
  expect(goCommand({ key: 't', ...held })).toEqual({ type: 'go', to: 'trash' })
  expect(goCommand({ key: 'x', ...held })).toBeNull()
  expect(goCommand({ key: 't', ...held, main: true })).toBeNull()
})
