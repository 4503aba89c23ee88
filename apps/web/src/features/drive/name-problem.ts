const NAME_BYTES_MAX = 255

export type NameProblem =
  | { code: 'nameEmpty' | 'nameSlash' | 'nameDots' | 'nameControl' }
  | { code: 'nameTooLong'; bytesOver: number }

/** What is wrong with a name before the server is asked; null: nothing. The server decides by the same rules. */
export function nameProblem(typed: string): NameProblem | null {
  const name = typed.normalize('NFC')
  if (name === '') return { code: 'nameEmpty' }
  if (name.includes('/')) return { code: 'nameSlash' }
  if (name === '.' || name === '..') return { code: 'nameDots' }
  if (/[\p{Cc}\p{Surrogate}\u202a-\u202e\u2066-\u2069]/u.test(name)) return { code: 'nameControl' }
  const bytesOver = new TextEncoder().encode(name).length - NAME_BYTES_MAX
  return bytesOver > 0 ? { code: 'nameTooLong', bytesOver } : null
}
