import { CODE_ALPHABET, CODE_LENGTH } from '../schema.ts'

/** A code out of what was typed or pasted: letters become large, what cannot be in a code is left out. */
export function codeOf(typed: string): string {
  const letters = Array.from(typed.toUpperCase()).filter((letter) => CODE_ALPHABET.includes(letter))
  return letters.slice(0, CODE_LENGTH).join('')
}
