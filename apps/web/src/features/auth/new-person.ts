import { hashOfToken } from '../../lib/account/secret-token.ts'
import { ApiError } from '../../lib/api-error.ts'
import type { Transaction } from '../../lib/db.ts'
import { newPublicId } from '../../lib/public-id.ts'
import { readSettings } from '../../lib/settings.ts'

interface NewPerson {
  name: string
  email: string
  passwordHash: string | null
  /** Somebody whom we believe says that the e-mail is theirs. */
  emailIsProven: boolean
  /** The token of an invitation's link. */
  invitation?: string | undefined
}

interface Terms {
  role: 'admin' | 'user'
  quota: bigint | null
  groupId: string | null
}

/**
 * Makes a person with a top folder and a quota: the one way in, for forms, invitations and sign-in services. The first
 * one becomes administrator; after that the rules of sign-up decide. The caller's transaction waits for others here.
 */
export async function makePerson(tx: Transaction, person: NewPerson) {
  const { signup, quotaDefaultBytes } = await readSettings()
  // Registrations wait for each other here: two that come at once must not both find an empty table.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('cairn.register', 0))`
  const isFirst = (await tx.user.findFirst({ select: { id: true } })) === null
  if (!isFirst && signup === 'closed')
    throw new ApiError('signup_closed', 'Nobody can make an account here now. Ask an administrator to open sign-up.')
  const terms = isFirst ? null : await redeemInvitation(tx, person)
  if (!isFirst && signup === 'invitation' && terms === null) {
    throw new ApiError('signup_closed', 'Accounts are made by invitation here.')
  }
  // Only now: who may not come in anyhow does not learn who is here already.
  const taken = await tx.user.findUnique({ where: { email: person.email }, select: { id: true } })
  if (taken) throw new ApiError('email_taken', 'Somebody has an account with this e-mail already.', { field: 'email' })
  const quota = { allowed: terms?.quota ?? BigInt(quotaDefaultBytes), groupId: terms?.groupId ?? null }
  const user = await tx.user.create({
    data: {
      publicId: newPublicId(),
      name: person.name,
      email: person.email,
      emailVerified: person.emailIsProven ? new Date() : null,
      passwordHash: person.passwordHash,
      role: isFirst ? 'admin' : (terms?.role ?? 'user'),
      quota: { create: quota },
      entries: { create: { publicId: newPublicId(), kind: 0, name: '', sortKey: '' } },
    },
  })
  return { user, isFirst }
}

/** Uses an invitation once. Without a link, one that names this e-mail counts for whoever has proven that it is theirs. */
async function redeemInvitation(
  tx: Transaction,
  { invitation, email, emailIsProven }: NewPerson,
): Promise<Terms | null> {
  if (invitation === undefined && !emailIsProven) return null
  const tokenHash = invitation === undefined ? null : hashOfToken(invitation)
  const [terms] = await tx.$queryRaw<Terms[]>`
    UPDATE invitation SET used = used + 1
    WHERE id = (
      SELECT id FROM invitation
      WHERE revoked_at IS NULL AND expires_at > now() AND used < max_uses AND (
        (token_hash = ${tokenHash}::bytea AND (email IS NULL OR email = ${email}))
        OR (${tokenHash}::bytea IS NULL AND email = ${email}))
      ORDER BY created_at LIMIT 1 FOR UPDATE)
    RETURNING role, quota, quota_group_id AS "groupId"`
  if (!terms && invitation !== undefined)
    throw new ApiError('invitation_gone', 'This invitation cannot be used any more.')
  return terms ?? null
}
