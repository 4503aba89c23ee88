import { expect, test } from 'vitest'
import { targetsIn, withTarget } from './recent-targets.ts'

const folder = (folderId: string) => ({ folderId, label: `Drive / ${folderId}` })

test('the last three folders are kept, the newest first, each once', () => {
  const after = ['a', 'b', 'c', 'd', 'c'].reduce(
    (recent, id) => withTarget(recent, folder(id)),
    [] as ReturnType<typeof targetsIn>,
  )
  expect(after.map(({ folderId }) => folderId)).toEqual(['c', 'd', 'b'])
  expect(targetsIn(JSON.stringify(after))).toEqual(after)
})

test.each([null, '', '{', 'null', '{}', '[1, null, {"folderId": 1, "label": "x"}, {"folderId": "a"}]'])(
  'what is no list of folders is none: %s',
  (text) => {
    expect(targetsIn(text)).toEqual([])
  },
)
