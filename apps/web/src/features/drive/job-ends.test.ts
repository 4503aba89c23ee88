import { expect, test } from 'vitest'
import { JobEnds, JobStopped } from './job-ends.ts'

test('who waits for a job goes on when that one is done, and not before', async () => {
  const ends = new JobEnds()
  const log: string[] = []
  const waited = ends.endOf('mine').then(() => log.push('mine'))
  expect(ends.ended({ id: 'other', state: 'done' }, 'Done')).toBe(false)
  log.push('other')
  expect(ends.ended({ id: 'mine', state: 'done' }, 'Done')).toBe(true)
  await waited
  expect(log).toEqual(['other', 'mine'])
})

test('a job that was cancelled or has failed refuses those who wait for it, with the sentence about it', async () => {
  const ends = new JobEnds()
  const cancelled = ends.endOf('a')
  const failed = ends.endOf('b')
  ends.ended({ id: 'a', state: 'cancelled' }, 'Cancelled: Moving 5 items back')
  ends.ended({ id: 'b', state: 'failed' }, 'Stopped: Moving 5 items back')
  await expect(cancelled).rejects.toEqual(new JobStopped('Cancelled: Moving 5 items back'))
  await expect(failed).rejects.toEqual(new JobStopped('Stopped: Moving 5 items back'))
})

test('a job is waited for once: its second end is news for nobody', async () => {
  const ends = new JobEnds()
  const waited = ends.endOf('a')
  ends.ended({ id: 'a', state: 'done' }, '')
  await waited
  expect(ends.ended({ id: 'a', state: 'done' }, '')).toBe(false)
})
