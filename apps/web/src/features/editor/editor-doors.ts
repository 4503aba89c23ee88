import type { EntryItem } from '../../lib/entries/entry-item.ts'
import type { TextForm } from './text-form.ts'

/** A file that is open in the editor, as it was stored when it was opened. */
export type EditedFile = {
  item: EntryItem
  /** Where a second version of it would lie. */
  folderId: string
  text: string
  form: TextForm
  /** Of the encoding, for people. */
  encodingName: string
  /** highlight.js's name, or 'markdown'; undefined for plain text. */
  language: string | undefined
  /** Of the content: what is saved is based on it. */
  sha256: string
}

/** Why a file is not opened: too many bytes, or bytes that are no text. */
export type Unopened = { item: EntryItem; reason: 'tooLarge' | 'notText' }

/** What the page does for the editor: files come from and go to other parts. All reject with ApiFailure or Unreachable. */
export type EditorDoors = {
  open: (id: string, signal: AbortSignal) => Promise<EditedFile | Unopened>
  /** Stores the new content if the file still has the one of this hash. The hash of the new one. */
  save: (file: { id: string; name: string; sha256: string }, bytes: Uint8Array<ArrayBuffer>) => Promise<string>
  currentHash: (id: string) => Promise<string>
  saveCopy: (file: { name: string; folderId: string }, bytes: Uint8Array<ArrayBuffer>) => Promise<EntryItem>
  /** From here on the copy is edited. */
  onCopy: (copy: EntryItem) => void
}
