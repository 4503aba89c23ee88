import { expect, it } from 'vitest'
import { runAlone } from './run-alone.ts'

/** Work that ends when it is told to. */
function manualWork() {
  const ends: (() => void)[] = []
  const work = () => new Promise<void>((resolve) => ends.push(resolve))
  return { work, ends }
}

it('never runs twice at once, and runs once more for all who asked meanwhile', async () => {
  const { work, ends } = manualWork()
  const run = runAlone(work)
  const first = run()
  await Promise.all([run(), run()])
  expect(ends).toHaveLength(1)
  ends[0]?.()
  await expect.poll(() => ends.length).toBe(2)
  ends[1]?.()
  await first
  expect(ends).toHaveLength(2)
})

it('runs again after it failed', async () => {
  let runs = 0
  const run = runAlone(() => {
    runs += 1
    return Promise.reject(new Error('the work failed'))
  })
  await expect(run()).rejects.toThrow('the work failed')
  await expect(run()).rejects.toThrow('the work failed')
  expect(runs).toBe(2)
})
