import { randomInt } from 'node:crypto'
import { isRightSecret, slowHash } from '../../../lib/account/slow-hash.ts'
import { CODE_ALPHABET, CODE_LENGTH } from '../schema.ts'

export function newCode(): string {
  return Array.from({ length: CODE_LENGTH }, () => CODE_ALPHABET.charAt(randomInt(CODE_ALPHABET.length))).join('')
}

/** A code as people type or paste it: in any case, with spaces or hyphens in it. */
function plainCode(typed: string): string {
  return typed.replace(/[\s-]/g, '').toUpperCase()
}

// The limit on attempts protects a code of six characters; this protects a copy of the database.
export function hashCode(code: string): Promise<string> {
  return slowHash(plainCode(code))
}

/** Whether a code is right. Without a hash (no such link, or an ended one) it takes as long and is never right. */
export function isRightCode(typed: string, codeHash: string | null): Promise<boolean> {
  return isRightSecret(plainCode(typed), codeHash)
}
