import { type Algorithm, hash, verify } from '@node-rs/argon2'
import { processWide } from '../process-wide.ts'

// OWASP's recommendation for Argon2id; about 20 ms and 19 MiB a hash.
const OPTIONS = { algorithm: 2 satisfies Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const CURRENT_FORM = `$argon2id$v=19$m=${OPTIONS.memoryCost},t=${OPTIONS.timeCost},p=${OPTIONS.parallelism}$`

/** A hash from which what people type cannot be guessed quickly, should the database be copied. */
export function slowHash(secret: string): Promise<string> {
  return hash(secret, OPTIONS)
}

/** Whether a hash was made with other parameters than today's. */
export function isOutdatedHash(secretHash: string): boolean {
  return !secretHash.startsWith(CURRENT_FORM)
}

/**
 * Whether the secret is the hashed one. Without a hash (there is no such person or link) it takes as long as with one
 * and is never right, so that the time of the answer does not tell what exists.
 */
export async function isRightSecret(secret: string, secretHash: string | null): Promise<boolean> {
  const decoy = processWide('slow-hash-decoy', () => slowHash('nobody has this'))
  const isRight = await verify(secretHash ?? (await decoy), secret)
  return isRight && secretHash !== null
}
