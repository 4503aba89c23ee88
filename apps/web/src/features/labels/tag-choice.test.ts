import { expect, it } from 'vitest'
import type { LabelledEntry, TagItem } from './schema.ts'
import { changeOf, taggedAs, taggedBy, tagsFor, tickedBy } from './tag-choice.ts'

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
  expect(['a', 'b', 'c'].map((id) => tickedBy(taggedBy(entries), id))).toEqual([true, 'mixed', false])
})

it('only what was touched and differs is changed', () => {
  const entries = [entry('a', 'b'), entry('a')]
  const chosen = new Map([
    ['a', true],
    ['b', true],
    ['c', false],
  ])
  expect(changeOf(taggedBy(entries), chosen)).toEqual({ add: ['b'], remove: [] })
  expect(changeOf(taggedBy(entries), new Map([['a', false]]))).toEqual({ add: [], remove: ['a'] })
})

it('of entries that are not here the server has counted who carries what', () => {
  const counted = taggedAs({
    entries: 500,
    tags: [
      { id: 'a', entries: 500 },
      { id: 'b', entries: 1 },
    ],
  })
  expect(['a', 'b', 'c'].map((id) => tickedBy(counted, id))).toEqual([true, 'mixed', false])
  const chosen = new Map([
    ['a', true],
    ['b', false],
    ['c', false],
  ])
  expect(changeOf(counted, chosen)).toEqual({ add: [], remove: ['b'] })
})

it('a new tag can be made from any name that none has yet', () => {
  const tags = [tag('1', 'Survey'), tag('2', 'Tax')]
  expect(tagsFor('sur', tags)).toMatchObject({ fitting: [{ name: 'Survey' }], creatable: true })
  expect(tagsFor(' survey ', tags).creatable).toBe(false)
  expect(tagsFor('', tags)).toMatchObject({ creatable: false })
})
