import { ApiFailure } from '../../lib/call-api.ts'
import type { RenewedTicket } from './schema.ts'
import { refusalOf, renewTicket } from './upload-api.ts'
import type { Job } from './upload-job.ts'

type Renewal =
  | { kind: 'renewed'; ticket: RenewedTicket }
  | { kind: 'network' | 'storage' }
  /** Another device goes on with it. */
  | { kind: 'elsewhere'; agent: string }
  /** Another device, or the server itself, has finished it. */
  | { kind: 'finished' }
  | { kind: 'final'; error: { code: string } }

/**
 * Asks for a fresh ticket. `broken`: the connection to the storage broke, or it has nothing of the upload any more; then the answer also
 * tells a broken network from a silent storage, and may name another one that goes on.
 */
export async function renewal(job: Job, uploadId: string, broken: boolean): Promise<Renewal> {
  const { takeOver, silentSince } = job
  // What a page knows from before a reload may be at a storage that is away by now.
  const sent = broken || job.place === null ? job.sent : null
  const silentSeconds = silentSince === null ? 0 : Math.max(0, Math.floor((Date.now() - silentSince) / 1000))
  try {
    return { kind: 'renewed', ticket: await renewTicket(uploadId, { takeOver, silentSeconds, sent }) }
  } catch (error) {
    if (error instanceof ApiFailure && error.code === 'upload_elsewhere') {
      return { kind: 'elsewhere', agent: agentIn(error.extra) }
    }
    if (error instanceof ApiFailure && error.code === 'upload_finished') return { kind: 'finished' }
    return refusalOf(error)
  }
}

function agentIn(extra: object): string {
  return 'deviceAgent' in extra && typeof extra.deviceAgent === 'string' ? extra.deviceAgent : ''
}
