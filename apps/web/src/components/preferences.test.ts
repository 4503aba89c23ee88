import { expect, test } from 'vitest'
import { formatPreferences, parsePreferences, parseTheme } from './preferences.ts'

test('preferences survive the cookie', () => {
  const chosen = { view: 'grid', sort: 'modified', direction: 'desc', density: 'compact', letters: 'names' } as const
  expect(parsePreferences(formatPreferences(chosen))).toEqual(chosen)
})

test('an unknown part falls back alone', () => {
  expect(parsePreferences('grid.colour.desc')).toEqual({
    view: 'grid',
    sort: 'name',
    direction: 'desc',
    density: 'normal',
    letters: 'commands',
  })
  expect(parsePreferences(undefined).view).toBe('list')
  expect(parseTheme('neon')).toBe('system')
})
