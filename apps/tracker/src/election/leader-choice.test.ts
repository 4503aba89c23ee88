import { describe, expect, it } from 'vitest'
import { bestCandidate, type Candidate, inTimeSteps, votesNeeded } from './leader-choice.ts'

const plain: Candidate = {
  address: { ips: ['192.0.2.2'], port: 22_122 },
  isLeader: false,
  runningTime: 600,
  restartInterval: 300,
}
const at = (ip: string, port = 22_122) => ({ address: { ips: [ip], port } })

describe('of two trackers the leader is', () => {
  it.each<[string, Partial<Candidate>, Partial<Candidate>]>([
    ['the one that leads, whatever else', { isLeader: true, runningTime: 0, restartInterval: 9000 }, {}],
    ['then the one that has run longer', { runningTime: 900, restartInterval: 9000 }, {}],
    ['then the one whose break was shorter', { restartInterval: 0, ...at('192.0.2.1') }, {}],
    ['then the greater address, as text', at('192.0.2.9'), at('192.0.2.10')],
    ['then the greater port', at('192.0.2.2', 22_123), at('192.0.2.2', 22_122)],
  ])('%s', (_, better, worse) => {
    const [winner, loser] = [
      { ...plain, ...better },
      { ...plain, ...worse },
    ]
    expect(bestCandidate([winner, loser])).toBe(winner)
    expect(bestCandidate([loser, winner])).toBe(winner)
  })
})

it('nobody leads where nobody can', () => {
  expect(bestCandidate([])).toBe(undefined)
})

it.each([
  [1, 1],
  [2, 1],
  [3, 2],
  [4, 3],
  [5, 3],
  [16, 9],
])('of %i trackers %i must agree', (count, votes) => {
  expect(votesNeeded(count)).toBe(votes)
})

it.each([
  [0, 0],
  [299, 0],
  [300, 300],
  [899, 600],
  [-5, 0],
])('%i seconds are compared as %i', (seconds, steps) => {
  expect(inTimeSteps(seconds)).toBe(steps)
})
