import { expect, test } from 'vitest'
import { formatPreferences, parsePreferences, parseTheme } from './preferences.ts'

test('preferences survive the cookie', () => {
  const look = { view: 'grid', imagesView: 'list', density: 'compact', letters: 'names' } as const
  const chosen = { ...look, sort: 'modified', direction: 'desc' } as const
  expect(parsePreferences(formatPreferences(chosen))).toEqual(chosen)
})

test('an unknown part falls back alone', () => {
  expect(parsePreferences('grid.colour.desc')).toEqual({
    view: 'grid',
    sort: 'name',
    direction: 'desc',
    density: 'normal',
    letters: 'commands',
    imagesView: 'grid',
  })
  expect(parsePreferences(undefined).view).toBe('list')
  expect(parseTheme('neon')).toBe('system')
})
