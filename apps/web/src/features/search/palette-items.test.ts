import { FolderPlus } from 'lucide-react'
import { expect, it } from 'vitest'
import { groupsOf } from './palette-items.ts'
import type { Hit } from './schema.ts'

const hit: Hit = {
  id: 'a',
  kind: 'file',
  name: 'a.txt',
  size: 1,
  category: 'document',
  contentType: 'text/plain',
  createdAt: '2026-01-01T00:00:00Z',
  modifiedAt: '2026-01-01T00:00:00Z',
  copies: 2,
  ranges: [],
}
const command = (label: string) => ({ id: label, label, icon: FolderPlus, run: () => undefined })
const commands = ['New folder', 'Upload files', 'Change theme', 'Go to trash'].map(command)
const titles = (typed: string) =>
  groupsOf({ typed, hits: [hit], found: '1', recent: [hit], searches: ['tide'], commands }).map(
    ({ title, items }) => `${title} ${items.length}`,
  )

it('shows what was recent while nothing is typed', () => {
  expect(titles(' ')).toEqual(['recent 1', 'searches 1', 'commands 3'])
})

it('shows what was found with the way to all of it, and the commands that fit', () => {
  expect(titles('fold')).toEqual(['files 2', 'commands 1'])
  expect(titles('xyz')).toEqual(['files 2'])
})

it('shows commands only after ">"', () => {
  expect(titles('>')).toEqual(['commands 4'])
  expect(titles('> TRASH')).toEqual(['commands 1'])
})

it('shows what else was found before the files, where there is any', () => {
  const options = { typed: 'ann', hits: [hit], found: '1', recent: [], searches: [], commands }
  const others = [
    { title: 'people' as const, commands: [command('Anna'), command('Hannes')] },
    { title: 'storages' as const, commands: [] },
  ]
  expect(groupsOf({ ...options, others }).map(({ title, items }) => `${title} ${items.length}`)).toEqual([
    'people 2',
    'files 2',
  ])
  expect(groupsOf({ ...options, typed: '> t', others }).map(({ title }) => title)).toEqual(['commands'])
})

it('takes ">" before a number for a size', () => {
  expect(titles('>1GB')).toEqual(['files 2'])
})
