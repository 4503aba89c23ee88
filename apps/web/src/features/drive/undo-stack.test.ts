import { expect, test } from 'vitest'
import { type Step, UndoStack } from './undo-stack.ts'

function recording() {
  const stack = new UndoStack()
  const log: string[] = []
  const takeBack =
    (name: string): Step =>
    () => {
      log.push(`-${name}`)
      return Promise.resolve(makeAgain(name))
    }
  const makeAgain =
    (name: string): Step =>
    () => {
      log.push(`+${name}`)
      return Promise.resolve(takeBack(name))
    }
  return { stack, log, push: (name: string, now = 0) => stack.push(takeBack(name), now) }
}

test('changes are taken back in reverse order', async () => {
  const { stack, log, push } = recording()
  push('a')
  push('b')
  await stack.undoLast(1)
  await stack.undoLast(1)
  expect(log).toEqual(['-b', '-a'])
  expect(await stack.undoLast(1)).toBe(false)
})

test('what is being taken back is made again when it is back, and not refused as something that is not there', async () => {
  const { stack, log } = recording()
  let arrive: (again: Step) => void = () => undefined
  const back = new Promise<Step>((resolve) => {
    arrive = resolve
  })
  stack.push(() => back, 0)
  const undone = stack.undoLast(1)
  const redone = stack.redoLast(1)
  log.push('back')
  arrive(async () => {
    log.push('again')
    return await back
  })
  expect(await undone).toBe(true)
  expect(await redone).toBe(true)
  expect(log).toEqual(['back', 'again'])
})

test('what was taken back is made again in the order in which it was done, and can be taken back again', async () => {
  const { stack, log, push } = recording()
  push('a')
  push('b')
  await stack.undoLast(1)
  await stack.undoLast(1)
  await stack.redoLast(2)
  await stack.redoLast(2)
  expect(await stack.redoLast(2)).toBe(false)
  await stack.undoLast(3)
  expect(log).toEqual(['-b', '-a', '+a', '+b', '-b'])
})

test('a new change ends what could be made again', async () => {
  const { stack, log, push } = recording()
  push('a')
  await stack.undoLast(1)
  push('b')
  expect(await stack.redoLast(1)).toBe(false)
  expect(log).toEqual(['-a'])
})

test('the toast and the key cannot take the same change back twice', async () => {
  const { stack, log, push } = recording()
  const undo = push('a')
  expect(await undo()).toBe(true)
  expect(await undo()).toBe(false)
  expect(await stack.undoLast(1)).toBe(false)
  expect(log).toEqual(['-a'])
})

test('after ten minutes the keys do nothing any more', async () => {
  const { stack, log, push } = recording()
  push('a', 0)
  expect(await stack.undoLast(600_001)).toBe(false)
  expect(log).toEqual([])
  await stack.undoLast(1)
  expect(await stack.redoLast(600_002)).toBe(false)
})

test('a change that is still on its way is taken back as soon as it is made', async () => {
  const { stack, log, push } = recording()
  push('older')
  stack.begin()
  const undoing = stack.undoLast(1)
  expect(log).toEqual([])
  push('a', 2)
  stack.end()
  expect(await undoing).toBe(true)
  expect(log).toEqual(['-a'])
})

test('when the change on its way is refused, the older one stays', async () => {
  const { stack, log, push } = recording()
  push('older')
  stack.begin()
  const undoing = stack.undoLast(1)
  stack.end()
  expect(await undoing).toBe(false)
  expect(log).toEqual([])
})
