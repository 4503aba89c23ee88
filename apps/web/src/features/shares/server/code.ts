import { randomInt } from 'node:crypto'
import { type Algorithm, hash, verify } from '@node-rs/argon2'
import { processWide } from '../../../lib/process-wide.ts'
import { CODE_ALPHABET, CODE_LENGTH } from '../schema.ts'

// As for passwords. The limit on attempts protects a code of six characters; this protects a copy of the database.
const OPTIONS = { algorithm: 2 satisfies Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export function newCode(): string {
  return Array.from({ length: CODE_LENGTH }, () => CODE_ALPHABET.charAt(randomInt(CODE_ALPHABET.length))).join('')
}

/** A code as people type or paste it: in any case, with spaces or hyphens in it. */
function plainCode(typed: string): string {
  return typed.replace(/[\s-]/g, '').toUpperCase()
}

export function hashCode(code: string): Promise<string> {
  return hash(plainCode(code), OPTIONS)
}

/** Whether a code is right. Without a hash (no such link, or an ended one) it takes as long and is never right. */
export async function isRightCode(typed: string, codeHash: string | null): Promise<boolean> {
  const decoy = processWide('share-code-decoy', () => hashCode('no link has it'))
  const isRight = await verify(codeHash ?? (await decoy), plainCode(typed))
  return isRight && codeHash !== null
}
