import { describe, expect, it } from 'vitest'
import { archiveTree, shownName, visibleLines } from './archive-tree.ts'

const file = (path: string) => ({ path, size: 1, isFolder: false })

describe('the tree of an archive', () => {
  it('has folders that only the names of files tell', () => {
    const tree = archiveTree([file('a/b/c.txt'), { path: 'a/', size: 0, isFolder: true }, file('d.txt')])
    const lines = visibleLines(tree, new Set(tree.map(({ id }) => id)))
    expect(lines.map(({ node, depth }) => `${depth} ${node.name}`)).toEqual(['0 a', '1 b', '0 d.txt'])
  })

  it.each(['../../etc/passwd', '/etc/passwd', 'C:\\Windows\\x', 'a/../../b', 'a//b', 'x\0.txt', '', './a', 'a\\..\\b'])(
    'shows the name %j whole, as a leaf at the top',
    (name) => {
      expect(archiveTree([file(name), file('good/x')])).toMatchObject([
        { name, odd: true, isFolder: false, children: [] },
        { name: 'good', odd: false },
      ])
    },
  )

  it('takes names like __proto__ and constructor for what they are', () => {
    const tree = archiveTree([file('__proto__/a'), file('constructor/b'), file('__proto__/c')])
    expect(tree.map(({ name, children }) => [name, children.length])).toEqual([
      ['__proto__', 2],
      ['constructor', 1],
    ])
  })

  it('of 100,000 entries shows what is at the top', () => {
    const tree = archiveTree(Array.from({ length: 100_000 }, (_, n) => file(`folder ${n % 100}/file ${n}`)))
    expect(visibleLines(tree, new Set())).toHaveLength(100)
  })

  it('shows control characters as their pictures', () => {
    expect(shownName('a\0b\nc\x7f')).toBe('a␀b␊c␡')
  })
})
