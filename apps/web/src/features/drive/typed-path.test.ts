import { expect, test } from 'vitest'
import { completionsOf, splitPath } from './typed-path.ts'

test('what stands behind the last slash is still being typed', () => {
  expect(splitPath('Projects/Tide')).toEqual({ above: ['Projects'], begun: 'Tide' })
  expect(splitPath('/Projects//Tidewater/')).toEqual({ above: ['Projects', 'Tidewater'], begun: '' })
  expect(splitPath('')).toEqual({ above: [], begun: '' })
})

test('names are completed whatever their case, as whole ways', () => {
  const children = ['Tidewater survey', 'Lighthouse', 'tides']
  expect(completionsOf('Projects/ti', children)).toEqual(['Projects/Tidewater survey/', 'Projects/tides/'])
  expect(completionsOf('', ['A'])).toEqual(['A/'])
})
