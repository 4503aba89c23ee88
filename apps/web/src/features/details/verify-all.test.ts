import { expect, test } from 'vitest'
import type { CheckedCopy, VerificationState } from '../../lib/entry-details.ts'
import { type Calls, type Verdict, verifyAll } from './verify-all.ts'

const done = (...results: CheckedCopy['result'][]): VerificationState => ({
  state: 'done',
  doneBytes: 1,
  totalBytes: 1,
  copies: results.map((result, index) => ({ storageId: `${index}`, result })),
  startedAt: null,
  finishedAt: null,
})
const running: VerificationState = { ...done(), state: 'running' }

function server(answers: Record<string, (VerificationState | Error)[]>) {
  const open = new Set<string>()
  const next = (id: string): Promise<VerificationState> => {
    const answer = answers[id]?.shift() ?? done('matches')
    if (answer instanceof Error) return Promise.reject(answer)
    if (answer.state === 'running') open.add(id)
    else open.delete(id)
    return Promise.resolve(answer)
  }
  const cancelled: string[] = []
  let most = 0
  const calls: Calls = {
    start: (id) => {
      const answer = next(id)
      most = Math.max(most, open.size)
      return answer
    },
    read: next,
    cancel: (id) => Promise.resolve(cancelled.push(id)),
    pause: () => Promise.resolve(),
  }
  return { calls, cancelled, most: () => most }
}

async function verdictsOf(calls: Calls, ids: string[], signal = new AbortController().signal) {
  const verdicts: Record<string, Verdict> = {}
  await verifyAll({
    ids,
    calls,
    signal,
    onVerdict: (id, verdict) => {
      verdicts[id] = verdict
    },
  })
  return verdicts
}

test('each file gets the verdict of its copies, whatever becomes of the others', async () => {
  const { calls } = server({
    good: [running, running, done('matches', 'matches')],
    bad: [done('matches', 'differs')],
    away: [running, done('matches', 'unreachable')],
    gone: [new Error('not found')],
  })
  expect(await verdictsOf(calls, ['good', 'bad', 'away', 'gone'])).toEqual({
    good: 'matches',
    bad: 'differs',
    away: 'incomplete',
    gone: 'failed',
  })
})

test('no more than two are read at once', async () => {
  const ids = ['a', 'b', 'c', 'd', 'e']
  const { calls, most } = server(Object.fromEntries(ids.map((id) => [id, [running, running, done('matches')]])))
  await verdictsOf(calls, ids)
  expect(most()).toBe(2)
})

test('cancelling ends what runs and begins nothing more', async () => {
  const stop = new AbortController()
  const { calls, cancelled } = server({ a: [running, running], b: [running, running] })
  const pausing: Calls = {
    ...calls,
    pause: () => {
      stop.abort()
      return Promise.resolve()
    },
  }
  const verdicts = await verdictsOf(pausing, ['a', 'b', 'c'], stop.signal)
  expect(cancelled.toSorted()).toEqual(['a', 'b'])
  expect(verdicts).toEqual({ a: 'waiting', b: 'waiting' })
})
