import type { EntryItem } from './schema.ts'

const shown = /^(?:image\/(?!svg)|video\/|audio\/|text\/plain|application\/pdf)/

/** Whether a browser can show the file by itself; others are downloaded when they are opened. */
export function canShow({ contentType }: Pick<EntryItem, 'contentType'>): boolean {
  return contentType !== null && shown.test(contentType)
}
