import { hashOfToken } from '../../../lib/account/secret-token.ts'
import { ApiError } from '../../../lib/api-error.ts'
import type { Client } from '../../../lib/client-address.ts'
import type { VisitedShare } from '../schema.ts'
import { recordAccess } from './access-log.ts'
import { isRightCode } from './code.ts'
import { codeRestSeconds, countCodeAttempt, forgiveCodeAttempt, PAIR_FAILURES_MAX } from './code-attempts.ts'
import { requireOpening } from './count-opening.ts'
import { countView } from './grants.ts'
import { closed, findLiveByToken, findVisit, type LiveShare } from './open-share.ts'
import { measureShare } from './shared-entries.ts'
import { newVisitor, type Visitor, visitorCookies, visitorHash, visitorOf } from './visitor.ts'
import type { VisitorRequest } from './visitor-request.ts'

function attemptKey(token: string): string {
  return Buffer.from(hashOfToken(token)).toString('hex')
}

/** Counts and checks one code. Unknown and ended links take the same way and the same time. Throws unless it is right. */
async function requireCode(share: LiveShare | undefined, token: string, typed: string, client: Client): Promise<void> {
  const key = attemptKey(token)
  const attempt = await countCodeAttempt(key, client.ip)
  const isRight = await isRightCode(typed, share?.codeHash ?? null)
  if (!share) throw closed()
  if (attempt.refused) throw resting(attempt.restSeconds)
  if (isRight) return await forgiveCodeAttempt(key, client.ip)
  await recordAccess(share.id, client, attempt.restSeconds > 0 ? 'rest' : 'wrong_code')
  if (attempt.restSeconds > 0) throw resting(attempt.restSeconds)
  throw new ApiError('code_wrong', 'That code is not right.', { field: 'code', detail: { left: attempt.left } })
}

function resting(retryAfterSeconds: number): ApiError {
  return new ApiError('too_many_attempts', 'This link rests after too many wrong codes.', {
    detail: { retryAfterSeconds },
  })
}

/**
 * Lets somebody in, when the code is right or none is asked for. Returns the link's id and the cookies that say so.
 * A visitor of an earlier round stays the same one, so that a new code does not count their view again.
 */
export async function openShare(request: VisitorRequest, token: string, code: string | undefined) {
  const share = await findLiveByToken(token)
  if (code !== undefined && share?.codeHash !== null) await requireCode(share, token, code, request.client)
  if (!share) throw closed()
  if (share.codeHash !== null && code === undefined) {
    throw new ApiError('code_wrong', 'This link asks for a code.', {
      field: 'code',
      detail: { left: PAIR_FAILURES_MAX },
    })
  }
  const known = visitorOf(request.headers, request.origin, share.publicId)
  if (!known) {
    if (share.isUsedUp) throw closed()
    await requireOpening(share, request.client.ip)
  }
  const visitor: Visitor = { ...(known ?? newVisitor(share.codeRound)), round: share.codeRound }
  const granted = await countView(share.id, visitorHash(visitor))
  if (granted === 'used up') throw closed()
  if (granted === 'new') await recordAccess(share.id, request.client, 'view')
  return { id: share.publicId, cookies: visitorCookies(request.headers, request.origin, share.publicId, visitor) }
}

/** What the page of a link shows at first. 'enter': it asks for nothing and the browser lets itself in. */
export type DoorState =
  | { kind: 'closed' }
  | { kind: 'code'; restSeconds: number }
  | { kind: 'enter' }
  | { kind: 'in'; id: string }

export async function doorState({ headers, origin, client }: VisitorRequest, token: string): Promise<DoorState> {
  const share = await findLiveByToken(token)
  if (!share) return { kind: 'closed' }
  const visit = await findVisit(headers, origin, share.publicId)
  if (visit) return { kind: 'in', id: share.publicId }
  if (share.isUsedUp) return { kind: 'closed' }
  if (share.codeHash === null) return { kind: 'enter' }
  return { kind: 'code', restSeconds: await codeRestSeconds(attemptKey(token), client.ip) }
}

/** What a visitor who was let in may know of a link. */
export async function describeShare(share: LiveShare): Promise<VisitedShare> {
  const { title, more, items, bytes } = await measureShare(share)
  const { maxDownloads: max, downloads } = share
  return {
    id: share.publicId,
    title,
    more,
    items,
    bytes,
    owner: share.ownerName,
    expiresAt: share.expiresAt?.toISOString() ?? null,
    allowDownload: share.allowDownload,
    downloads: max === null || !share.allowDownload ? null : { left: Math.max(0, max - downloads), max },
  }
}
