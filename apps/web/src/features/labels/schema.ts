import { z } from 'zod'
import type { Category, EntryItem, EntryTag } from '../../lib/entries/entry-item.ts'

export type LabelledEntry = EntryItem

export const tagColours = ['teal', 'blue', 'purple', 'red', 'orange', 'yellow', 'green', 'grey'] as const
export type TagColour = (typeof tagColours)[number]

export const TAG_NAME_MAX = 40
const BATCH_MAX = 1000
const idSchema = z.string().min(1).max(64)
const idsSchema = z.array(idSchema).min(1).max(BATCH_MAX)
const tagIdsSchema = z.array(idSchema).max(50)

interface CategoryCount {
  category: Category
  files: number
  bytes: number
}

/** Files of one type in a category: 'jpeg', 'pdf' … */
export interface TypeCount extends CategoryCount {
  type: string
}

/** `entries`: how many carry it, those in trash not counted. */
export interface TagItem extends EntryTag {
  entries: number
}

/**
 * What the sidebar shows beside the folders. Categories without files are left out; tags by how often they are used,
 * types by how many files have them, the first of each category.
 */
export interface Labels {
  categories: CategoryCount[]
  types: TypeCount[]
  tags: TagItem[]
  /** Links that the person has made, those that have ended too. */
  links: number
}

/** Of entries that something is asked about: how many there are, and how many carry each tag. */
export interface TagCounts {
  entries: number
  tags: { id: string; entries: number }[]
}

export const favouriteSchema = z.object({ ids: idsSchema, on: z.boolean() })
/** Those that were not so before: what an undo has to take back. */
export interface Favoured {
  changed: string[]
}

const nameSchema = z.string().max(400)
export const createTagSchema = z.object({ name: nameSchema, colour: z.enum(tagColours) })
export const changeTagSchema = z.object({ name: nameSchema.optional(), colour: z.enum(tagColours).optional() })
export const tagParamsSchema = z.object({ id: idSchema })
export const mergeTagSchema = z.object({ intoId: idSchema })

/** Tags to put on and to take off entries. */
export const markSchema = z.object({
  ids: idsSchema,
  add: tagIdsSchema.default([]),
  remove: tagIdsSchema.default([]),
})
export interface Mark {
  tagId: string
  entryId: string
}
/** What has changed by it, so that exactly this can be undone. */
export interface Marked {
  added: Mark[]
  removed: Mark[]
}

/** Exact pairs, to undo a change of tags. */
export const marksSchema = z.object({
  add: z
    .array(z.object({ tagId: idSchema, entryId: idSchema }))
    .max(50 * BATCH_MAX)
    .default([]),
  remove: z
    .array(z.object({ tagId: idSchema, entryId: idSchema }))
    .max(50 * BATCH_MAX)
    .default([]),
})

export const openedSchema = z.object({ id: idSchema })
