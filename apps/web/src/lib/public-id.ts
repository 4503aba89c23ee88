import { randomBytes } from 'node:crypto'

// 32 symbols, so that five random bits choose one without a bias; none that are mistaken for another.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const PUBLIC_ID_LENGTH = 20
const UPLOAD_ID_BYTES = 16

/** A random name of 100 bits that says nothing about the row behind it. */
export function newPublicId(): string {
  return Array.from(randomBytes(PUBLIC_ID_LENGTH), (byte) => ALPHABET.charAt(byte & 31)).join('')
}

/** The name of an upload, in the database, in tickets and as the part on the storage: 32 hexadecimal digits. */
export function newUploadId(): string {
  return randomBytes(UPLOAD_ID_BYTES).toString('hex')
}
