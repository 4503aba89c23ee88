import { ApiFailure } from '../../lib/call-api.ts'
import type { RenewedTicket } from './schema.ts'
import { refusalOf, renewTicket } from './upload-api.ts'
import type { Job } from './upload-job.ts'

/** What is sent again without a second thought when a storage falls silent. */
const LITTLE_BYTES = 32 * 1024 * 1024
/** So long a storage that holds more may be away before everything is sent to another one. */
const PATIENCE_MS = 10 * 60_000

type Renewal =
  | { kind: 'renewed'; ticket: RenewedTicket }
  | { kind: 'network' | 'storage' }
  /** Another device goes on with it. */
  | { kind: 'elsewhere'; agent: string }
  /** Another device, or the server itself, has finished it. */
  | { kind: 'finished' }
  | { kind: 'final'; error: { code: string } }

/** Asks for a fresh ticket. The answer also tells a broken network from a silent storage. */
export async function renewal(job: Job, uploadId: string): Promise<Renewal> {
  const silentFor = job.silentSince === null ? 0 : Date.now() - job.silentSince
  const move = job.sent <= LITTLE_BYTES || silentFor > PATIENCE_MS
  try {
    return { kind: 'renewed', ticket: await renewTicket(uploadId, { takeOver: job.takeOver, move }) }
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
