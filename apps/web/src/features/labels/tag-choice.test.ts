import { expect, it } from 'vitest'
import type { LabelledEntry, TagItem } from './schema.ts'
import { changeOf, tagsFor, tickedBy } from './tag-choice.ts'

const tag = (id: string, name = id): TagItem => ({ id, name, colour: 'teal', entries: 1 })
const entry = (...tags: string[]): LabelledEntry => ({
  id: tags.join('') || 'none',
  kind: 'file',
  name: 'a',
  size: 1,
  category: 'other',
  contentType: '',
  createdAt: '',
  modifiedAt: '',
  copies: 2,
  tags: tags.map((id) => tag(id)),
})

it('a tag is ticked when all carry it, and half when some do', () => {
  const entries = [entry('a', 'b'), entry('a')]
  expect(['a', 'b', 'c'].map((id) => tickedBy({ entries, count: 2 }, id))).toEqual([true, 'mixed', false])
})

it('only what was touched and differs is changed', () => {
  const entries = [entry('a', 'b'), entry('a')]
  const chosen = new Map([
    ['a', true],
    ['b', true],
    ['c', false],
  ])
  expect(changeOf({ entries, count: 2 }, chosen)).toEqual({ add: ['b'], remove: [] })
  expect(changeOf({ entries, count: 2 }, new Map([['a', false]]))).toEqual({ add: [], remove: ['a'] })
})

it('where not all entries are known, no tag is carried by all, and one that none is known to carry is taken off', () => {
  const tagged = { entries: [entry('a'), entry('a')], count: 500 }
  expect(['a', 'c'].map((id) => tickedBy(tagged, id))).toEqual(['mixed', false])
  const chosen = new Map([
    ['a', true],
    ['c', false],
  ])
  expect(changeOf(tagged, chosen)).toEqual({ add: ['a'], remove: ['c'] })
})

it('a new tag can be made from any name that none has yet', () => {
  const tags = [tag('1', 'Survey'), tag('2', 'Tax')]
  expect(tagsFor('sur', tags)).toMatchObject({ fitting: [{ name: 'Survey' }], creatable: true })
  expect(tagsFor(' survey ', tags).creatable).toBe(false)
  expect(tagsFor('', tags)).toMatchObject({ creatable: false })
})
