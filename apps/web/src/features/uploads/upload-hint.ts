import { dropText, keepText, keptText } from '../../lib/site-storage.ts'

const HINT = 'cairn.uploads.'

/** Whether an earlier page left something of this person: known without opening a database. */
export function somethingIsLeft(personId: string): boolean {
  return keptText(HINT + personId) !== null
}

export function hintAtUploads(personId: string): void {
  keepText(HINT + personId, '1')
}

export function withdrawHint(personId: string): void {
  dropText(HINT + personId)
}
