import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { env } from './env.ts'

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

// One key per purpose, so that what was sealed for one cannot be passed off as sealed for another.
function keyOf(purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', env().secret, '', `cairn/web/seal/${purpose}`, KEY_BYTES))
}

/** Encrypts and signs with a key that only this application has (NEXTAUTH_SECRET): nonce, tag, ciphertext. */
export function seal(purpose: string, plain: string): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, keyOf(purpose), nonce)
  const encrypted = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  return Uint8Array.from(Buffer.concat([nonce, cipher.getAuthTag(), encrypted]))
}

/** What was sealed for this purpose; null when it was not sealed by us, for something else, or was changed. */
export function unseal(purpose: string, sealed: Uint8Array): string | null {
  if (sealed.byteLength < NONCE_BYTES + TAG_BYTES) return null
  const decipher = createDecipheriv(CIPHER, keyOf(purpose), sealed.subarray(0, NONCE_BYTES))
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  const first = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES))
  try {
    return Buffer.concat([first, decipher.final()]).toString('utf8')
  } catch {
    // Node.js says no more than "unable to authenticate data".
    return null
  }
}

/** A keyed hash: without our key nobody can try out what a short secret might be. */
export function keyedHash(purpose: string, text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    createHmac('sha256', keyOf(`hash/${purpose}`))
      .update(text)
      .digest(),
  )
}
