import type { ServerResponse } from 'node:http'
import type { ByteRange } from './byte-range.ts'
import type { DownloadPlan } from './download-answer.ts'

/** Where the bytes of an answer come from. Both resolve false when the client is gone. */
export interface RangeSource {
  /** Sends a range as all of the rest of the answer. */
  end(response: ServerResponse, range: ByteRange): Promise<boolean>
  /** Sends a range; more follows. */
  send(response: ServerResponse, range: ByteRange): Promise<boolean>
}

/** Sends the body of an answer whose head is written. False: the client is gone. */
export async function sendPlan(source: RangeSource, response: ServerResponse, plan: DownloadPlan): Promise<boolean> {
  const [only] = plan.ranges
  if (plan.separators.length === 0) return only === undefined ? true : source.end(response, only)
  for (const [index, range] of plan.ranges.entries()) {
    response.write(plan.separators[index])
    if (!(await source.send(response, range))) return false
  }
  response.end(plan.separators.at(-1))
  return true
}
