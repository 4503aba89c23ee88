export type FileFacts = { size: number; lastModified: number }

const known = new WeakMap<File, FileFacts>()

/**
 * Size in bytes and date of a chosen file. Chromium asks another process each time a page reads one of them, and the
 * page stands still meanwhile: for many files, once each is enough.
 */
export function factsOf(file: File): FileFacts {
  const before = known.get(file)
  if (before !== undefined) return before
  const facts = { size: file.size, lastModified: file.lastModified }
  known.set(file, facts)
  return facts
}
