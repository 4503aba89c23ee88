import { z } from 'zod'
import { type EntryItem, ROOT_ID } from '../../lib/entries/entry-item.ts'

export type { EntryItem }

export const searchQuerySchema = z.object({
  q: z.string().max(500),
  /** What `in:here` means. */
  folder: z.string().min(1).max(64).default(ROOT_ID),
  cursor: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .optional(),
})
export type SearchRequest = z.infer<typeof searchQuerySchema>

/** An entry that was found, with the parts of its name that match: [from, to) in UTF-16 units. */
export type Hit = EntryItem & { ranges: (readonly [from: number, to: number])[] }

/** `found` counts all pages; `more`: there are others beyond it that were not looked at. */
export interface SearchPage {
  items: Hit[]
  found: number
  more: boolean
  nextCursor: string | null
}
