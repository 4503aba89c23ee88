import { expect, it } from 'vitest'
import type { Mark } from '../disk/mark-file.ts'
import { createMarkKeeper } from './mark-keeper.ts'

const START: Mark = {
  index: 0,
  offset: 0,
  needSyncOld: false,
  syncOldDone: false,
  untilTimestamp: 0,
  scanRowCount: 0,
  syncRowCount: 0,
}

/** A keeper whose writes end when the test lets them. */
function keeper() {
  const writes: Array<{ offset: number; end: () => void }> = []
  const marks = createMarkKeeper({
    mark: START,
    config: { markFileFrequency: 500 },
    logger: { warn: () => undefined },
    saveMark: ({ offset }) => new Promise((end) => writes.push({ offset, end })),
  })
  const reach = (offset: number) => marks.reached({ end: { index: 0, offset }, timestamp: 0 })
  return { marks, writes, reach }
}

it('a mark that moves while it is written is written once more before it counts as saved', async () => {
  const { marks, writes, reach } = keeper()
  reach(100)
  let isSaved = false
  const saved = marks.save().then(() => {
    isSaved = true
  })
  reach(200)
  writes[0]?.end()
  await expect.poll(() => writes.map(({ offset }) => offset)).toEqual([100, 200])
  expect(isSaved).toBe(false)
  writes[1]?.end()
  await saved
})

it('a place that is written already is not written again', async () => {
  const { marks, writes, reach } = keeper()
  reach(100)
  const saved = marks.save()
  writes[0]?.end()
  await saved
  reach(100)
  marks.saveIfDue()
  await marks.save()
  expect(writes.length).toBe(1)
})
