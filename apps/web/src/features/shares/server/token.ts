import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { env } from '../../../lib/env.ts'

const TOKEN_BYTES = 16
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const CIPHER = 'aes-256-gcm'

/** 128 random bits, the only thing that leads to a link; 22 characters of an address. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url')
}

/** A key for one purpose, from the secret that this application has anyway. */
export function derivedKey(purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', env().secret, '', `cairn/1/${purpose}`, KEY_BYTES))
}

/** A token as it is kept for its owner, bound to the link with this public id. */
export function sealToken(token: string, publicId: string): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, derivedKey('share-token'), nonce).setAAD(Buffer.from(publicId))
  const sealed = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()])
  return Uint8Array.from(Buffer.concat([nonce, sealed, cipher.getAuthTag()]))
}

/** The token of a link; null when the secret was changed since it was sealed. */
export function unsealToken(sealed: Uint8Array, publicId: string): string | null {
  const bytes = Buffer.from(sealed)
  const nonce = bytes.subarray(0, NONCE_BYTES)
  const decipher = createDecipheriv(CIPHER, derivedKey('share-token'), nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(publicId)).setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    const token = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
    return Buffer.concat([token, decipher.final()]).toString('utf8')
  } catch (error) {
    // The one thing that `final` refuses: another key.
    if (error instanceof Error) return null
    throw error
  }
}
