import type { Segment } from './segment-plan.ts'

/** The last answer before a segment ended early. `status` 0: there was none; `prefix`: where the upload is, if it was said. */
export type Answered = { status: number; prefix: number | null }

type Situation = {
  /** Where the upload is, as the storage said last. */
  prefix: number
  answered: Answered
  /** Something of it was sent before, so the storage was asked for it. */
  begun: boolean
}

/** No answer, and answers that say nothing of this segment in particular. */
const mayPass = new Set([0, 200, 201, 204, 408, 423, 425, 429, 500, 502, 503, 504, 507])

/**
 * What it means that a segment did not go to its end. 'stored': the upload has passed it. 'again': nothing of it is there.
 * 'outdated': the storage sees the upload otherwise than this page, which asks what there is. 'broken': what it means for
 * a whole upload.
 */
export function afterBreak(
  { off, bytes }: Pick<Segment, 'off' | 'bytes'>,
  { prefix, answered: { status, prefix: said }, begun }: Situation,
): 'stored' | 'again' | 'outdated' | 'broken' {
  if (prefix >= off + bytes) return 'stored'
  if (status === 404 && begun) return 'again'
  // A ticket of an earlier epoch has the same status, and says nothing of the upload.
  if (status === 410) return said === null ? 'broken' : 'outdated'
  return mayPass.has(status) || status === 401 || status === 404 ? 'broken' : 'outdated'
}
