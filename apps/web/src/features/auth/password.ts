import { type Algorithm, hash, verify } from '@node-rs/argon2'
import { processWide } from '../../lib/process-wide.ts'

// OWASP's recommendation for Argon2id; about 20 ms and 19 MiB a hash.
const OPTIONS = { algorithm: 2 satisfies Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export function hashPassword(password: string): Promise<string> {
  return hash(password, OPTIONS)
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
