import { expect, it } from 'vitest'
import { linePath, runsOf, scaleOf } from './chart-scale.ts'

const day = (n: number, usedBytes: number | null) => {
  return { at: new Date(n * 86_400_000).toISOString(), usedBytes, totalBytes: usedBytes === null ? null : 100 }
}

it('a time of which nothing is known breaks the line, at its ends too', () => {
  const runs = runsOf([day(0, null), day(1, 10), day(2, 20), day(3, null), day(4, null), day(5, 30), day(6, null)])
  expect(runs.map((run) => run.map(({ bytes }) => bytes))).toEqual([[10, 20], [30]])
  expect(runsOf([day(1, null)])).toEqual([])
})

it('a line begins once and goes through every point of its run', () => {
  const [run = []] = runsOf([day(0, 0), day(1, 50), day(2, 100)])
  const scale = scaleOf(run, 100, { left: 0, right: 200, top: 0, bottom: 108 }, false)
  expect(linePath(run, scale)).toBe('M0.0 108.0L100.0 58.0L200.0 8.0')
})
