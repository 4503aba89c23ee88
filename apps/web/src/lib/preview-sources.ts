import type { EntryItem } from './entries/entry-item.ts'

/** Where a page finds what it shows of one file. All addresses are signed and end. */
export interface PreviewSources {
  item: EntryItem
  /** Null for an empty file. */
  url: string | null
  /** The same bytes at other members. */
  otherCopies: string[]
  /** `large` null: none is needed, or none can be made, or it is pending. */
  pictures: { small: string | null; large: string | null; pending: boolean }
  /** Of a picture or video, as shown, in pixels. */
  size: { width: number; height: number } | null
  /** The picture takes more memory than may be spent on it. */
  tooLarge?: boolean
}
