import { expect, test } from 'vitest'
import { UndoStack } from './undo-stack.ts'

function recording() {
  const stack = new UndoStack()
  const undone: string[] = []
  const push = (name: string, now = 0) =>
    stack.push(() => {
      undone.push(name)
      return Promise.resolve()
    }, now)
  return { stack, undone, push }
}

test('changes are taken back in reverse order', async () => {
  const { stack, undone, push } = recording()
  push('a')
  push('b')
  await stack.undoLast(1)
  await stack.undoLast(1)
  expect(undone).toEqual(['b', 'a'])
  expect(await stack.undoLast(1)).toBe(false)
})

test('the toast and the key cannot take the same change back twice', async () => {
  const { stack, undone, push } = recording()
  const undo = push('a')
  await undo()
  await undo()
  expect(await stack.undoLast(1)).toBe(false)
  expect(undone).toEqual(['a'])
})

test('after ten minutes the key does nothing any more', async () => {
  const { stack, undone, push } = recording()
  push('a', 0)
  expect(await stack.undoLast(600_001)).toBe(false)
  expect(undone).toEqual([])
})

test('a change that is still on its way is taken back as soon as it is made', async () => {
  const { stack, undone, push } = recording()
  push('older')
  stack.begin()
  const undoing = stack.undoLast(1)
  expect(undone).toEqual([])
  push('a', 2)
  stack.end()
  expect(await undoing).toBe(true)
  expect(undone).toEqual(['a'])
})

test('when the change on its way is refused, the older one stays', async () => {
  const { stack, undone, push } = recording()
  push('older')
  stack.begin()
  const undoing = stack.undoLast(1)
  stack.end()
  expect(await undoing).toBe(false)
  expect(undone).toEqual([])
})
