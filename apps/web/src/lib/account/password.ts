import { type Algorithm, hash, verify } from '@node-rs/argon2'
import { ApiError } from '../api-error.ts'
import { processWide } from '../process-wide.ts'
import { isGuessable } from './guessable-password.ts'

// OWASP's recommendation for Argon2id; about 20 ms and 19 MiB a hash.
const OPTIONS = { algorithm: 2 satisfies Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const CURRENT_FORM = `$argon2id$v=19$m=${OPTIONS.memoryCost},t=${OPTIONS.timeCost},p=${OPTIONS.parallelism}$`

export function hashPassword(password: string): Promise<string> {
  return hash(password, OPTIONS)
}

/** Whether a hash was made with other parameters than today's. */
export function isOutdatedHash(passwordHash: string): boolean {
  return !passwordHash.startsWith(CURRENT_FORM)
}

/**
 * Whether the password is right. Without a hash (nobody has this e-mail, or no password) it takes as long as with one,
 * so that the time of the answer does not tell which e-mails exist.
 */
export async function isRightPassword(password: string, passwordHash: string | null): Promise<boolean> {
  const decoy = processWide('password-decoy', () => hashPassword('nobody has this password'))
  const isRight = await verify(passwordHash ?? (await decoy), password)
  return isRight && passwordHash !== null
}

/** Throws password_common for one of the first that a guesser tries; `about` is what a guesser knows of the person. */
export async function refuseGuessable(password: string, about: readonly string[], field: string): Promise<void> {
  if (!(await isGuessable(password, about))) return
  throw new ApiError('password_common', 'This password is among the first that are guessed. Choose another.', { field })
}
