import { requirements } from './checks/requirements.ts'
import { HttpClient } from './http-client.ts'
import { NotTestable, type Requirement } from './requirement.ts'
import { type Target, TusSession } from './session.ts'

export interface Result {
  readonly requirement: Requirement
  readonly outcome: 'kept' | 'violated' | 'not testable'
  /** What was seen, or why nothing could be; empty when the demand is kept. */
  readonly reason: string
}

/** Checks requirements against a server, one after the other: all, or those whose ids begin with one of `only`. */
export async function runConformance(target: Target, only: readonly string[] = ['']): Promise<Result[]> {
  const client = new HttpClient()
  const results: Result[] = []
  try {
    const wanted = requirements.filter(({ id }) => only.some((prefix) => id.startsWith(prefix)))
    for (const requirement of wanted) results.push(await checkOne(requirement, target, client))
  } finally {
    client.close()
  }
  return results
}

/** What a check throws besides `NotTestable` is a violation too: a server that drops a connection has not answered as it must. */
async function checkOne(requirement: Requirement, target: Target, client: HttpClient): Promise<Result> {
  const session = new TusSession(target, client)
  try {
    await session.needs(requirement.extension)
    await requirement.check(session)
    return { requirement, outcome: 'kept', reason: '' }
  } catch (error) {
    const outcome = error instanceof NotTestable ? 'not testable' : 'violated'
    return { requirement, outcome, reason: error instanceof Error ? error.message : String(error) }
  }
}
