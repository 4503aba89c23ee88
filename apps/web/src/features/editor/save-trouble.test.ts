import { expect, it } from 'vitest'
import { ApiFailure, Unreachable } from '../../lib/call-api.ts'
import { troubleOf } from './save-trouble.ts'

const failure = (code: ConstructorParameters<typeof ApiFailure>[1]['code'], detail = {}) =>
  new ApiFailure(400, { code, message: '', detail })

it('without an answer, the network is to blame only where there is none', () => {
  expect(troubleOf(new Unreachable('x'), false)).toEqual({ kind: 'offline' })
  expect(troubleOf(new Unreachable('x'), true)).toEqual({ kind: 'unreached' })
})

it('tells what has to be decided from what can be tried again', () => {
  expect(troubleOf(failure('file_changed'), true)).toEqual({ kind: 'changed' })
  expect(troubleOf(failure('not_found'), true)).toEqual({ kind: 'gone' })
  expect(troubleOf(failure('quota_exceeded', { missingBytes: 7 }), true)).toEqual({ kind: 'full', missingBytes: 7 })
  expect(troubleOf(failure('internal'), true)).toEqual({ kind: 'refused' })
})

it('does not take a mistake of ours for a refusal', () => {
  const mistake = new RangeError('ours')
  expect(() => troubleOf(mistake, true)).toThrow(mistake)
})
