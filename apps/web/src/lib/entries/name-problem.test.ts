import { expect, test } from 'vitest'
import { nameProblem } from './name-problem.ts'

test('ordinary names of any script are fine', () => {
  for (const name of ['a', '.bashrc', 'Minutes (draft 4).docx', '潮位观测数据.xlsx', ' spaces ']) {
    expect(nameProblem(name)).toBeNull()
  }
})

test('what cannot be a name says why', () => {
  expect(nameProblem('')).toEqual({ code: 'nameEmpty' })
  expect(nameProblem('a/b')).toEqual({ code: 'nameSlash' })
  expect(nameProblem('..')).toEqual({ code: 'nameDots' })
  expect(nameProblem('a\u0007b')).toEqual({ code: 'nameControl' })
  expect(nameProblem('invoice\u202efdp.exe')).toEqual({ code: 'nameControl' })
})

test('the length counts in bytes', () => {
  expect(nameProblem('x'.repeat(255))).toBeNull()
  expect(nameProblem('潮'.repeat(86))).toEqual({ code: 'nameTooLong', bytesOver: 3 })
})
