/** What to do when the name of a new file is taken: a new name, the old file to trash, or nothing stored. */
export const conflicts = ['keep', 'replace', 'skip'] as const
export type Conflict = (typeof conflicts)[number]
