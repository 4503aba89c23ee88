import { describe, expect, it } from 'vitest'
import { FolderNames, portableName } from './portable-name.ts'

describe('a name in a ZIP', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['潮位.txt', '潮位.txt'],
    ['..\\..\\windows\\win.ini', '.._.._windows_win.ini'],
    ['C:evil.exe', 'C_evil.exe'],
    ['what?.txt', 'what_.txt'],
    ['ends with a dot.', 'ends with a dot_'],
    ['...', '___'],
    ['CON', '_CON'],
    ['aux.tar.gz', '_aux.tar.gz'],
    ['lpt1 .txt', '_lpt1 .txt'],
    ['console', 'console'],
  ])('%j becomes %j', (name, expected) => {
    expect(portableName(name)).toBe(expected)
  })

  it('is no other one of its folder on a disk that does not tell cases apart', () => {
    const names = new FolderNames()
    const taken = ['README.md', 'readme.md', 'Readme (2).md', 'a:b', 'a?b', 'straße', 'STRASSE'].map((name) =>
      names.take(name),
    )
    expect(taken).toEqual([
      'README.md',
      'readme (2).md',
      'Readme (2) (2).md',
      'a_b',
      'a_b (2)',
      'straße',
      'STRASSE (2)',
    ])
  })

  it('is found quickly among thousands that differ in case only', () => {
    const names = new FolderNames()
    const cases = Array.from({ length: 4096 }, (_, i) =>
      Array.from('abcdefghijkl', (letter, at) => ((i >> at) & 1 ? letter.toUpperCase() : letter)).join(''),
    )
    expect(new Set(cases.map((name) => names.take(name).toLowerCase())).size).toBe(4096)
  })
})
