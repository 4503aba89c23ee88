import type { z } from 'zod'
import type { Prisma } from '../../generated/prisma/client.ts'
import { hashOfToken, newSecretToken } from '../../lib/account/secret-token.ts'
import { ApiError } from '../../lib/api-error.ts'
import { recordAudit } from '../../lib/audit.ts'
import { db, inTransaction, type Transaction } from '../../lib/db.ts'
import { newPublicId } from '../../lib/public-id.ts'
import { readSettings } from '../../lib/settings.ts'
import type { InvitationItem, InvitationState, newInvitationSchema } from './schema.ts'

const LISTED_MAX = 500
const DAY_MS = 24 * 60 * 60 * 1000

interface Inviter {
  id: string
  headers?: Headers
}

/** Makes an invitation. Only the link opens it, and only now is it known: give `path` to whoever is invited. */
export async function createInvitation(
  tx: Transaction,
  inviter: Inviter,
  input: z.infer<typeof newInvitationSchema>,
): Promise<{ invitation: InvitationItem; path: string }> {
  const { token, tokenHash } = newSecretToken()
  const { email, role, quotaBytes, quotaGroupId, days, maxUses } = input
  const isGroupKnown = quotaGroupId === null || (await tx.quotaGroup.findUnique({ where: { id: quotaGroupId } }))
  if (!isGroupKnown) throw new ApiError('not_found', 'There is no such group.', { field: 'quotaGroupId' })
  const row = await tx.invitation.create({
    data: {
      id: newPublicId(),
      tokenHash,
      email,
      role,
      quota: quotaBytes === null ? null : BigInt(quotaBytes),
      quotaGroupId,
      maxUses,
      createdById: inviter.id,
      expiresAt: new Date(Date.now() + days * DAY_MS),
    },
    include: { createdBy: true, quotaGroup: true },
  })
  await audit(tx, inviter, { action: 'invitation.create', id: row.id, email })
  return { invitation: toItem(row), path: `/join/${token}` }
}

interface Invitations {
  /** Nobody can make an account now, with an invitation neither. */
  closed: boolean
  invitations: InvitationItem[]
}

/** Newest first, also those that cannot be used any more. */
export async function listInvitations(): Promise<Invitations> {
  const { signup } = await readSettings()
  const rows = await db().invitation.findMany({
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: LISTED_MAX,
    include: { createdBy: true, quotaGroup: true },
  })
  return { closed: signup === 'closed', invitations: rows.map(toItem) }
}

/** From now on the link opens nothing. Doing it again changes nothing. */
export async function revokeInvitation(inviter: Inviter, id: string): Promise<void> {
  await inTransaction(async (tx) => {
    const row = await tx.invitation.findUnique({ where: { id } })
    if (!row) throw new ApiError('not_found', 'There is no such invitation.')
    const { count } = await tx.invitation.updateMany({
      where: { id, revokedAt: null },
      data: { revokedAt: new Date() },
    })
    if (count === 1) await audit(tx, inviter, { action: 'invitation.revoke', id, email: row.email })
  })
}

/** What the page behind an invitation's link says; null when it opens nothing. */
export async function describeInvitation(token: string): Promise<{ email: string | null; quotaBytes: number } | null> {
  const row = await db().invitation.findUnique({ where: { tokenHash: hashOfToken(token) } })
  const settings = await readSettings()
  if (!row || stateOf(row) !== 'open' || settings.signup === 'closed') return null
  return { email: row.email, quotaBytes: Number(row.quota ?? settings.quotaDefaultBytes) }
}

type InvitationRow = Prisma.InvitationGetPayload<{ include: { createdBy: true; quotaGroup: true } }>

function stateOf(row: Pick<InvitationRow, 'revokedAt' | 'expiresAt' | 'used' | 'maxUses'>): InvitationState {
  if (row.revokedAt) return 'revoked'
  if (row.used >= row.maxUses) return 'used_up'
  return row.expiresAt.getTime() <= Date.now() ? 'expired' : 'open'
}

function toItem(row: InvitationRow): InvitationItem {
  return {
    id: row.id,
    email: row.email,
    role: row.role === 'admin' ? 'admin' : 'user',
    quotaBytes: row.quota === null ? null : Number(row.quota),
    quotaGroup: row.quotaGroup && { id: row.quotaGroup.id, name: row.quotaGroup.name },
    used: row.used,
    maxUses: row.maxUses,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    createdBy: row.createdBy?.name ?? row.createdBy?.email ?? null,
    state: stateOf(row),
  }
}

async function audit(
  tx: Transaction,
  { id: actorId, headers }: Inviter,
  what: { action: string; id: string; email: string | null },
): Promise<void> {
  const target = { kind: 'invitation', id: what.id, name: what.email ?? '' }
  await recordAudit(tx, { actorId, action: what.action, target, ...(headers === undefined ? {} : { headers }) })
}
