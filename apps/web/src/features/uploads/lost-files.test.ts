import { expect, test } from 'vitest'
import { matchFiles } from './lost-files.ts'

const file = (name: string, size = 1, lastModified = 1) => new File([new Uint8Array(size)], name, { lastModified })
const waiting = (id: string, name: string, size = 1) => ({ id, name, size, lastModified: 1 })

function matched(uploads: ReturnType<typeof waiting>[], files: File[], wanted: string | null = null) {
  const { same, changed } = matchFiles(uploads, files, wanted)
  const shown = (pairs: typeof same) => pairs.map(([{ id }, { name, size }]) => `${id} ${name} ${size}`)
  return { same: shown(same), changed: shown(changed) }
}

test('a file of the same name, size and date goes to every upload that waits for one', () => {
  const uploads = [waiting('1', 'a.txt'), waiting('2', 'b.txt'), waiting('3', 'a.txt')]
  expect(matched(uploads, [file('a.txt')])).toEqual({ same: ['1 a.txt 1', '3 a.txt 1'], changed: [] })
})

test('a file that has only the name was changed', () => {
  const uploads = [waiting('1', 'IMG_1.jpg', 5), waiting('2', 'b.txt')]
  const files = [file('IMG_1.jpg', 6), file('b.txt'), file('c.txt')]
  expect(matched(uploads, files)).toEqual({ same: ['2 b.txt 1'], changed: ['1 IMG_1.jpg 6'] })
  expect(matched(uploads, [file('b.txt', 1, 2)]).changed).toEqual(['2 b.txt 1'])
})

test('where several wait for a name, a changed file goes to none of them, or to the one it was chosen for', () => {
  const uploads = [waiting('1', 'readme.txt', 5), waiting('2', 'readme.txt', 6)]
  expect(matched(uploads, [file('readme.txt', 7)])).toEqual({ same: [], changed: [] })
  expect(matched(uploads, [file('readme.txt', 7)], '2')).toEqual({ same: [], changed: ['2 readme.txt 7'] })
  // One of them has its file: the other one is meant.
  const both = [file('readme.txt', 5), file('readme.txt', 7)]
  expect(matched(uploads, both)).toEqual({ same: ['1 readme.txt 5'], changed: ['2 readme.txt 7'] })
})
