import { z } from 'zod'

/** In place of a folder's id: the person's own top folder. */
export const ROOT_ID = 'root'

/** What a file is, decided from its bytes by the storage that received it, never from its name alone. */
export const categories = ['image', 'video', 'audio', 'document', 'archive', 'other'] as const
export const categorySchema = z.enum(categories)
export type Category = z.infer<typeof categorySchema>

/** A folder or file as pages see it. `id` is the random public id; sizes are bytes; times are ISO 8601 in UTC. */
export const entryItemSchema = z.object({
  id: z.string(),
  kind: z.enum(['folder', 'file']),
  name: z.string(),
  size: z.number().int().nonnegative(),
  category: categorySchema.nullable(),
  contentType: z.string().nullable(),
  createdAt: z.string(),
  modifiedAt: z.string(),
  /** How many storages were known to hold the content when it was stored; null when unknown and for folders. */
  copies: z.number().int().nonnegative().nullable(),
  /** Folders only: how many entries lie directly in it. */
  items: z.number().int().nonnegative().optional(),
})
export type EntryItemShape = z.infer<typeof entryItemSchema>
