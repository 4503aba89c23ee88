import { expect, test } from 'vitest'
import { WaitingLine } from './waiting-line.ts'

function lineOf(...ids: string[]) {
  const line = new WaitingLine()
  for (const id of ids) line.add(id)
  return line
}

test('who comes first goes first, and nobody twice', () => {
  const line = lineOf('a', 'b', 'a', 'c')
  expect([line.size, line.take(2), line.take(9), line.size]).toEqual([3, ['a', 'b'], ['c'], 0])
})

test('who leaves is passed over, and may come again', () => {
  const line = lineOf('a', 'b', 'c')
  line.delete('b')
  expect(line.take(1)).toEqual(['a'])
  line.add('b')
  expect(line.take(9).toSorted()).toEqual(['b', 'c'])
})

test('one that may not go does not keep the others waiting', () => {
  const line = lineOf('large', 'small', 'next')
  expect(line.takeFirst((id) => id !== 'large')).toBe('small')
  expect(line.take(9)).toEqual(['large', 'next'])
})

test('one that goes before all others does', () => {
  const line = lineOf('a', 'b')
  line.addFirst('b')
  line.addFirst('x')
  expect(line.take(9)).toEqual(['x', 'b', 'a'])
})

test('a hundred thousand go through in no time', () => {
  const line = lineOf(...Array.from({ length: 100_000 }, (_, n) => String(n)))
  const before = process.cpuUsage()
  let taken = 0
  while (line.size > 0) taken += line.take(100).length
  expect(taken).toBe(100_000)
  expect(process.cpuUsage(before).user).toBeLessThan(2_000_000)
})
