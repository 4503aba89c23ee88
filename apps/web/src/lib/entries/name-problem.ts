// `name.ts` is the server's.
export const NAME_BYTES_MAX = 255
/** What no name can have: controls, halves of characters, and what turns the direction of the text around it. */
export const UNNAMEABLE = /[\p{Cc}\p{Surrogate}\u202a-\u202e\u2066-\u2069]/u

export type NameProblem =
  | { code: 'nameEmpty' | 'nameSlash' | 'nameDots' | 'nameControl' }
  | { code: 'nameTooLong'; bytesOver: number }

/** What is wrong with a name before the server is asked; null: nothing. The server decides by the same rules. */
export function nameProblem(typed: string): NameProblem | null {
  const name = typed.normalize('NFC')
  if (name === '') return { code: 'nameEmpty' }
  if (name.includes('/')) return { code: 'nameSlash' }
  if (name === '.' || name === '..') return { code: 'nameDots' }
  if (UNNAMEABLE.test(name)) return { code: 'nameControl' }
  const bytesOver = bytesIn(name) - NAME_BYTES_MAX
  return bytesOver > 0 ? { code: 'nameTooLong', bytesOver } : null
}

export function bytesIn(text: string): number {
  return new TextEncoder().encode(text).length
}
