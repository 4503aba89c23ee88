import { signInErrors } from '../../lib/account/account-rules.ts'
import { emailSchema } from '../../lib/account/schemas.ts'
import { hasSecondFactor, takeRecoveryCode, takeTotpCode } from '../../lib/account/second-factor.ts'
import { isOutdatedHash, isRightSecret, slowHash } from '../../lib/account/slow-hash.ts'
import { recordAudit } from '../../lib/audit.ts'
import { clientOf } from '../../lib/client-address.ts'
import { db } from '../../lib/db.ts'
import { newPreAuthToken, readPreAuthToken } from './pre-auth.ts'
import { endSession, sessionIdOf, startSession } from './session.ts'
import { countCodeAttempt, countSignInAttempt, forgetCodeAttempts, forgetSignInAttempts } from './sign-in-limits.ts'

export interface SignedIn {
  id: string
  email: string
  name: string | null
  /** Id of the session that this sign-in made. */
  sid: string
}

interface Person {
  id: string
  email: string
  name: string | null
  passwordHash: string | null
  disabledAt: Date | null
}

/** next-auth passes nothing but the message of an error on to the page. */
class SignInRefused extends Error {
  constructor(reason: string, value?: string | number) {
    super(value === undefined ? reason : `${reason}:${value}`)
    this.name = 'SignInRefused'
  }
}

/** The first step: e-mail and password. Null when they do not fit; throws with what stands in the way otherwise. */
export async function signInByPassword(
  typedEmail: string,
  password: string,
  headers: Headers,
): Promise<SignedIn | null> {
  const email = emailSchema.safeParse(typedEmail).data
  if (email === undefined) return null
  const { ip } = clientOf(headers)
  const waitSeconds = await countSignInAttempt(email, ip)
  if (waitSeconds > 0) throw new SignInRefused(signInErrors.tooMany, waitSeconds)
  const user = await db().user.findUnique({ where: { email } })
  const isRight = await isRightSecret(password, user?.passwordHash ?? null)
  if (!isRight || !user?.passwordHash) {
    await recordFailure('password', user, headers)
    return null
  }
  if (user.disabledAt) throw new SignInRefused(signInErrors.disabled)
  await forgetSignInAttempts(email, ip)
  if (isOutdatedHash(user.passwordHash)) {
    const passwordHash = await slowHash(password)
    // Somebody may have set another password meanwhile.
    await db().user.updateMany({ where: { id: user.id, passwordHash: user.passwordHash }, data: { passwordHash } })
    user.passwordHash = passwordHash
  }
  if (await hasSecondFactor(db(), user.id)) {
    throw new SignInRefused(signInErrors.secondFactor, newPreAuthToken(user.id, user.passwordHash, Date.now()))
  }
  return await enter(user, 'password', headers)
}

/** The second step: a code of the authenticator, or a recovery code, with the token of the first. */
export async function signInByCode(token: string, code: string, headers: Headers): Promise<SignedIn> {
  const claims = readPreAuthToken(token, Date.now())
  const user = claims && (await db().user.findUnique({ where: { id: claims.userId } }))
  if (!user || user.passwordHash !== claims.passwordHash) throw new SignInRefused(signInErrors.tooLate)
  if (user.disabledAt) throw new SignInRefused(signInErrors.disabled)
  const { ip } = clientOf(headers)
  const waitSeconds = await countCodeAttempt(user.id, ip)
  if (waitSeconds > 0) throw new SignInRefused(signInErrors.tooMany, waitSeconds)
  const isTaken = (await takeTotpCode(db(), user.id, code)) || (await takeRecoveryCode(db(), user.id, code))
  if (!isTaken) {
    await recordFailure('code', user, headers)
    throw new SignInRefused(signInErrors.wrongCode)
  }
  await forgetCodeAttempts(user.id, ip)
  return await enter(user, 'code', headers)
}

/** Starts a session. The one that this browser had before is over: nobody else may go on with it. */
export async function enter(user: Person, by: 'password' | 'code' | 'oidc', headers: Headers): Promise<SignedIn> {
  if (user.disabledAt) throw new SignInRefused(signInErrors.disabled)
  const before = await sessionIdOf(headers)
  if (before !== null) await endSession(before)
  const door = by === 'oidc' ? { id: user.id } : user
  const sid = await startSession(door, clientOf(headers))
  if (sid === null) throw new SignInRefused(by === 'password' ? signInErrors.credentials : signInErrors.tooLate)
  await recordAudit(db(), {
    actorId: user.id,
    action: 'session.start',
    target: targetOf(user),
    detail: { by },
    headers,
  })
  return { id: user.id, email: user.email, name: user.name, sid }
}

async function recordFailure(by: 'password' | 'code', user: Person | null, headers: Headers): Promise<void> {
  const target = user === null ? {} : { target: targetOf(user) }
  await recordAudit(db(), { actorId: null, action: 'sign_in.failed', ...target, detail: { by }, headers })
}

function targetOf(user: Person) {
  return { kind: 'person', id: user.id, name: user.email }
}
