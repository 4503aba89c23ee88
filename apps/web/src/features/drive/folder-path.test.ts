import { expect, test } from 'vitest'
import { folderIdOf, folderPath } from './folder-path.ts'

test('a folder is found again under its address', () => {
  for (const id of ['root', 'f7Kx-2', 'a b/c']) expect(folderIdOf(folderPath(id))).toBe(id)
})

test('the top folder has the short address', () => {
  expect(folderPath('root')).toBe('/drive')
  expect(folderIdOf('/drive/')).toBe('root')
})
