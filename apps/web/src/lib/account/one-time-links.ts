import type { Transaction } from '../db.ts'
import { hashOfToken, newSecretToken } from './secret-token.ts'

const LINK_MINUTES = 60

type LinkPurpose = { purpose: 'password' } | { purpose: 'email'; email: string }

/** A link for a person that does one thing once within the hour. Older links for the same are worth nothing then. */
export async function createOneTimeLink(tx: Transaction, userId: string, what: LinkPurpose): Promise<string> {
  const { token, tokenHash } = newSecretToken()
  await tx.oneTimeLink.deleteMany({ where: { userId, purpose: what.purpose, usedAt: null } })
  const expiresAt = new Date(Date.now() + LINK_MINUTES * 60_000)
  const email = what.purpose === 'email' ? what.email : null
  await tx.oneTimeLink.create({ data: { tokenHash, userId, purpose: what.purpose, email, expiresAt } })
  return token
}

/**
 * Links that are still under way are worth nothing any more: after a change of the password or the e-mail they could lead
 * in whoever knew the one or reads the other.
 */
export async function dropOneTimeLinks(tx: Transaction, userId: string): Promise<void> {
  await tx.oneTimeLink.deleteMany({ where: { userId, usedAt: null } })
}

/** Whose link this is while it can be used; null otherwise. */
export async function findOneTimeLink(tx: Transaction, token: string, purpose: LinkPurpose['purpose']) {
  return await tx.oneTimeLink.findFirst({
    where: { tokenHash: hashOfToken(token), purpose, usedAt: null, expiresAt: { gt: new Date() } },
    include: { user: true },
  })
}

/** Uses a link up; of two at once one gets it. Null when it cannot be used (any more). */
export async function takeOneTimeLink(tx: Transaction, token: string, purpose: LinkPurpose['purpose']) {
  const found = await findOneTimeLink(tx, token, purpose)
  if (found === null) return null
  const { count } = await tx.oneTimeLink.updateMany({
    where: { tokenHash: found.tokenHash, usedAt: null },
    data: { usedAt: new Date() },
  })
  return count === 1 ? found : null
}
