import { expect, test } from 'vitest'
import { taskNames } from '../features/admin/task-names.ts'
import { makeTaskList } from './tasks.ts'

test('every task has a name for administrators', () => {
  expect([...taskNames].toSorted()).toEqual(Object.keys(makeTaskList()).toSorted())
})
