import {
  hasSecondFactor,
  replaceRecoveryCodes,
  startTotp,
  takeRecoveryCode,
  takeTotpCode,
} from '../../lib/account/second-factor.ts'
import { ApiError } from '../../lib/api-error.ts'
import { type AttemptLimit, requireAttempt } from '../../lib/attempts.ts'
import { recordAudit } from '../../lib/audit.ts'
import { db, inTransaction } from '../../lib/db.ts'
import type { SignedInUser } from '../auth/session.ts'
import { requirePassword } from './require-password.ts'
import type { RecoveryCodes, Security, StartedAuthenticator } from './schema.ts'

const REMOVED = 'authenticator.remove'
const codes: AttemptLimit = { name: 'enrol-code', max: 10, windowSeconds: 15 * 60 }

export async function readSecurity(user: SignedInUser): Promise<Security> {
  const { passwordHash, passwordChangedAt, totp } = await db().user.findUniqueOrThrow({
    where: { id: user.id },
    select: {
      passwordHash: true,
      passwordChangedAt: true,
      totp: { select: { confirmedAt: true, recoveryCodes: { where: { usedAt: null }, select: { userId: true } } } },
    },
  })
  const since = totp?.confirmedAt?.toISOString()
  const removedAt = since === undefined ? await removedByAnother(user.id) : null
  return {
    authenticatorRemovedAt: removedAt?.toISOString() ?? null,
    hasPassword: passwordHash !== null,
    passwordChangedAt: passwordChangedAt?.toISOString() ?? null,
    authenticator: since === undefined ? null : { since, recoveryCodesLeft: totp?.recoveryCodes.length ?? 0 },
  }
}

/** Where no mail is sent, this is how somebody learns of it. */
async function removedByAnother(userId: string): Promise<Date | null> {
  const last = await db().audit.findFirst({
    where: { targetKind: 'person', targetId: userId, action: REMOVED },
    orderBy: { at: 'desc' },
  })
  return last === null || last.actorId === userId ? null : last.at
}

/** Shows a secret for an authenticator. Nobody is asked for its codes until one was confirmed. */
export async function startAuthenticator(user: SignedInUser, password: string): Promise<StartedAuthenticator> {
  await requirePassword(user.id, password)
  return await inTransaction(async (tx) => {
    if (await hasSecondFactor(tx, user.id)) throw alreadyThere()
    return await startTotp(tx, user.id, user.email)
  })
}

/** From the first right code on, signing in asks for one. Tells the recovery codes, this once. */
export async function confirmAuthenticator(user: SignedInUser, code: string, headers: Headers): Promise<RecoveryCodes> {
  await requireAttempt(codes, user.id)
  return await inTransaction(async (tx) => {
    if (await hasSecondFactor(tx, user.id)) throw alreadyThere()
    if (!(await takeTotpCode(tx, user.id, code)))
      throw new ApiError('code_wrong', 'That code is not right.', { field: 'code' })
    await tx.totp.update({ where: { userId: user.id }, data: { confirmedAt: new Date() } })
    await recordAudit(tx, { actorId: user.id, action: 'authenticator.add', target: targetOf(user), headers })
    return { codes: await replaceRecoveryCodes(tx, user.id) }
  })
}

/** Asks the password and a code, of the authenticator or for recovery: who has only the password must not get here. */
export async function removeAuthenticator(
  user: SignedInUser,
  { password, code }: { password: string; code: string },
  headers: Headers,
): Promise<void> {
  await requirePassword(user.id, password)
  await requireAttempt(codes, user.id)
  await inTransaction(async (tx) => {
    const isTaken = (await takeTotpCode(tx, user.id, code)) || (await takeRecoveryCode(tx, user.id, code))
    if (!isTaken) throw new ApiError('code_wrong', 'That code is not right.', { field: 'code' })
    await tx.totp.deleteMany({ where: { userId: user.id } })
    await recordAudit(tx, { actorId: user.id, action: REMOVED, target: targetOf(user), headers })
  })
}

/** For somebody who lost the phone and the recovery codes: an administrator takes the second step away. */
export async function removeAuthenticatorOf(
  person: { id: string; name: string },
  admin: { id: string; headers: Headers },
): Promise<void> {
  await inTransaction(async (tx) => {
    const { count } = await tx.totp.deleteMany({ where: { userId: person.id, confirmedAt: { not: null } } })
    if (count === 0) throw new ApiError('not_found', 'There is no authenticator.')
    const target = { kind: 'person', ...person }
    await recordAudit(tx, { actorId: admin.id, action: REMOVED, target, headers: admin.headers })
  })
}

export async function renewRecoveryCodes(
  user: SignedInUser,
  password: string,
  headers: Headers,
): Promise<RecoveryCodes> {
  await requirePassword(user.id, password)
  return await inTransaction(async (tx) => {
    if (!(await hasSecondFactor(tx, user.id))) throw new ApiError('not_found', 'There is no authenticator.')
    await recordAudit(tx, { actorId: user.id, action: 'recovery_codes.renew', target: targetOf(user), headers })
    return { codes: await replaceRecoveryCodes(tx, user.id) }
  })
}

function alreadyThere(): ApiError {
  return new ApiError('bad_request', 'There is an authenticator already. Remove it first.')
}

function targetOf({ id, email }: SignedInUser) {
  return { kind: 'person', id, name: email }
}
