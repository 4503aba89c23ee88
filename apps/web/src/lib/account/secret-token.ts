import { createHash, randomBytes } from 'node:crypto'

const TOKEN_BYTES = 32

/** What a link carries, and what the database keeps of it: a random token needs no salt and no slow hash. */
export function newSecretToken(): { token: string; tokenHash: Uint8Array<ArrayBuffer> } {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  return { token, tokenHash: hashOfToken(token) }
}

export function hashOfToken(token: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash('sha256').update(token).digest())
}
