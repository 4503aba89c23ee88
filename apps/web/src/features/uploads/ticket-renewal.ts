import { ApiFailure } from '../../lib/call-api.ts'
import type { RenewedTicket } from './schema.ts'
import { refusalOf, renewTicket } from './upload-api.ts'
import type { Job } from './upload-job.ts'
import type { Silent } from './upload-outcomes.ts'

type Answer =
  | { kind: 'renewed'; ticket: RenewedTicket }
  | { kind: 'network' | 'storage' }
  /** Another device goes on with it. */
  | { kind: 'elsewhere'; agent: string }
  /** Another device, or the server itself, has finished it. */
  | { kind: 'finished' }
  | { kind: 'final'; error: { code: string } }

/**
 * Why a ticket is wanted: the one there was is refused; the connection broke, and it is not known whose fault that was; the storage has
 * lost what was sent, and another one may have a copy; or it has said that it cannot write.
 */
export type RenewalReason = 'refused' | 'broken' | 'lost' | 'unable'

/**
 * Asks for a fresh ticket. Where the storage is in trouble, the answer also tells a broken network from a silent storage, and may name
 * another one that goes on.
 */
export async function renewal(job: Job, uploadId: string, reason: RenewalReason): Promise<Answer> {
  const { takeOver, silentSince } = job
  // What a page knows from before a reload may be at a storage that is away by now.
  const sent = reason !== 'refused' || job.place === null ? job.sent : null
  const unable = reason === 'unable'
  const silentSeconds = silentSince === null ? 0 : Math.max(0, Math.floor((Date.now() - silentSince) / 1000))
  try {
    const renewed = await renewTicket(uploadId, { takeOver, silentSeconds, sent, unable })
    return 'finished' in renewed ? { kind: 'finished' } : { kind: 'renewed', ticket: renewed }
  } catch (error) {
    if (error instanceof ApiFailure && error.code === 'upload_elsewhere') {
      return { kind: 'elsewhere', agent: agentIn(error.extra) }
    }
    return refusalOf(error)
  }
}

/** Who is waited for when nobody else takes it. */
export function silentOf(reason: RenewalReason): Silent {
  return reason === 'unable' ? 'disk' : 'storage'
}

function agentIn(extra: object): string {
  return 'deviceAgent' in extra && typeof extra.deviceAgent === 'string' ? extra.deviceAgent : ''
}
