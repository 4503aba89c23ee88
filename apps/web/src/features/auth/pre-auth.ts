import { seal, unseal } from '../../lib/seal.ts'

const PURPOSE = 'second-factor'
const LIFE_MS = 5 * 60_000

interface Claims {
  userId: string
  /** The password's hash at that time: a changed password ends what began with the old one. */
  passwordHash: string
  until: number
}

/** Says for five minutes that this person's password was right. Encrypted; the browser only hands it back. */
export function newPreAuthToken(userId: string, passwordHash: string, nowMs: number): string {
  const claims: Claims = { userId, passwordHash, until: nowMs + LIFE_MS }
  return Buffer.from(seal(PURPOSE, JSON.stringify(claims))).toString('base64url')
}

/** What a token says; null when it is not ours or too old. */
export function readPreAuthToken(token: string, nowMs: number): Omit<Claims, 'until'> | null {
  const text = unseal(PURPOSE, Buffer.from(token, 'base64url'))
  if (text === null) return null
  // We sealed it, so it has the form that we gave it.
  const claims = JSON.parse(text) as Claims
  return claims.until < nowMs ? null : claims
}
