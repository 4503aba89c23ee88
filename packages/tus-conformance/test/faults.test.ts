import { describe, expect, it } from 'vitest'
import { type Result, runConformance } from '../src/index.ts'
import { FAULTS, type Fault } from './faults.ts'
import { startReferenceServer } from './reference-server.ts'

async function resultsOf(fault: Fault | null, only?: readonly string[]): Promise<Result[]> {
  const server = await startReferenceServer(fault)
  try {
    return await runConformance({ ...server, ...(fault !== null && { patienceMs: 300 }) }, only)
  } finally {
    await server.close()
  }
}

const violatedIn = (results: Result[]) =>
  results.filter(({ outcome }) => outcome === 'violated').map(({ requirement }) => requirement.id)

describe('the conformance suite', { timeout: 120_000 }, () => {
  it('finds that a right server keeps every demand', async () => {
    const results = await resultsOf(null)
    expect(
      results.filter(({ outcome }) => outcome !== 'kept').map(({ requirement, reason }) => [requirement.id, reason]),
    ).toEqual([])
  })

  it('names every demand once, with its place in the specification', async () => {
    const requirements = (await resultsOf(null)).map(({ requirement }) => requirement)
    expect(new Set(requirements.map(({ id }) => id)).size).toBe(requirements.length)
    expect(requirements.filter(({ section, demands }) => section === '' || demands === '')).toEqual([])
  })

  it.concurrent.each(Object.entries(FAULTS))('notices that %s', async (fault, demands) => {
    expect(violatedIn(await resultsOf(fault as Fault, demands))).toEqual(expect.arrayContaining([...demands]))
  })
})
