import { isRightSecret } from '../../lib/account/slow-hash.ts'
import { ApiError } from '../../lib/api-error.ts'
import { type AttemptLimit, forgetAttempts, requireAttempt } from '../../lib/attempts.ts'
import { db } from '../../lib/db.ts'

const guesses: AttemptLimit = { name: 'own-password', max: 10, windowSeconds: 15 * 60 }

/** Before what a session alone must not do: somebody who found an open browser does not know the password. */
export async function requirePassword(userId: string, password: string, field = 'password'): Promise<void> {
  await requireAttempt(guesses, userId)
  const user = await db().user.findUniqueOrThrow({ where: { id: userId }, select: { passwordHash: true } })
  if (!(await isRightSecret(password, user.passwordHash))) {
    throw new ApiError('wrong_password', 'The password is not right.', { field })
  }
  await forgetAttempts(guesses, userId)
}
