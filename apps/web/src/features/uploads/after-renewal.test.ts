import { expect, it } from 'vitest'
import { afterRenewal } from './after-renewal.ts'

it.each(['unable', 'broken', 'lost'] as const)(
  'storages that take nothing, one after the other (%s), are tried three times and then waited for',
  (reason) => {
    const steps = [0, 1, 2, 3, 4].map((moves) => afterRenewal({ reason, moved: true, moves }))
    expect(steps).toEqual(['move', 'move', 'move', 'wait', 'wait'])
  },
)

it('a refused ticket is tried again with the fresh one, wherever that is for: only refusals are counted against the file', () => {
  for (const moved of [true, false]) expect(afterRenewal({ reason: 'refused', moved, moves: 3 })).toBe('again')
})

it('what stays where it is waits, or is created again where it was lost', () => {
  expect(afterRenewal({ reason: 'unable', moved: false, moves: 0 })).toBe('wait')
  expect(afterRenewal({ reason: 'broken', moved: false, moves: 0 })).toBe('wait')
  expect(afterRenewal({ reason: 'lost', moved: false, moves: 0 })).toBe('create')
})
