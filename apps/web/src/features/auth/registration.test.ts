import { expect, test } from 'vitest'
import { registrationProblems } from './registration.ts'

const good = { name: '林梅', email: 'mei.lin@example.org', password: 'harbour at sunrise' }

test('a complete registration has no problems', () => {
  expect(registrationProblems(good)).toEqual([])
})

test('an address without a dot in its domain is not complete', () => {
  expect(registrationProblems({ ...good, email: 'mei.lin@example' })).toEqual([
    { field: 'email', code: 'emailIncomplete' },
  ])
})

test('each field tells its own problem', () => {
  expect(registrationProblems({ name: ' ', email: '', password: 'short' })).toEqual([
    { field: 'name', code: 'nameMissing' },
    { field: 'email', code: 'emailMissing' },
    { field: 'password', code: 'passwordShort', missing: 3 },
  ])
})
