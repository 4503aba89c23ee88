import { z } from 'zod'
import { entryItemSchema, ROOT_ID } from '../../lib/entries/entry-item.ts'

export type EntryItem = z.infer<typeof entryItemSchema>

export const sortKeys = ['name', 'size', 'modified'] as const
export type SortKey = (typeof sortKeys)[number]
export type SortDirection = 'asc' | 'desc'

const BATCH_MAX = 1000
const idSchema = z.string().min(1).max(64)
const idsSchema = z.array(idSchema).min(1).max(BATCH_MAX)

export const entryParamsSchema = z.object({ id: idSchema })

/** `path` runs from the folder below the top down to and with the folder itself; it is empty for the top folder. */
export const folderInfoSchema = z.object({
  id: z.string(),
  name: z.string(),
  path: z.array(z.object({ id: z.string(), name: z.string() })),
})
export type FolderInfo = z.infer<typeof folderInfoSchema>

export const listQuerySchema = z.object({
  folder: idSchema.default(ROOT_ID),
  sort: z.enum(sortKeys).default('name'),
  dir: z.enum(['asc', 'desc']).default('asc'),
  cursor: z.string().max(2048).optional(),
})
export type ListQuery = z.infer<typeof listQuerySchema>

/**
 * One page of a folder. `total` and `totalBytes` count all entries directly in it, at the time of the first page.
 * `nextCursor` null: the end.
 */
export const entryPageSchema = z.object({
  folder: folderInfoSchema,
  items: z.array(entryItemSchema),
  nextCursor: z.string().nullable(),
  total: z.number().int().nonnegative(),
  totalBytes: z.number().int().nonnegative(),
})
export type EntryPage = z.infer<typeof entryPageSchema>

export const treeQuerySchema = z.object({ folder: idSchema.default(ROOT_ID) })
export const folderTreeSchema = z.object({
  folders: z.array(z.object({ id: z.string(), name: z.string(), hasChildren: z.boolean() })),
})
export type FolderTree = z.infer<typeof folderTreeSchema>

// Names are checked by the rules of lib/entries/name.ts, which say what is wrong; here only that it is text at all.
const nameSchema = z.string().max(4096)
export const createFolderSchema = z.object({ parentId: idSchema, name: nameSchema })
export const renameSchema = z.object({ name: nameSchema })
export const moveSchema = z.object({ ids: idsSchema, targetId: idSchema })
export const trashSchema = z.object({ ids: idsSchema })
export const restoreSchema = z.object({ ids: idsSchema })

export const movedSchema = z.object({ items: z.array(entryItemSchema) })
export type Moved = z.infer<typeof movedSchema>
export const trashedSchema = z.object({ trashIds: z.array(z.string()) })
export type Trashed = z.infer<typeof trashedSchema>
/** `renamed`: the name was taken meanwhile. `parentGone`: it came back into the top folder. */
export const restoredSchema = z.object({
  items: z.array(entryItemSchema.extend({ renamed: z.boolean(), parentGone: z.boolean() })),
})
export type Restored = z.infer<typeof restoredSchema>

/** `inline`: to be shown in place and not saved, where the type allows it. */
export const downloadQuerySchema = z.object({
  inline: z
    .enum(['0', '1'])
    .default('0')
    .transform((flag) => flag === '1'),
})
export const renewQuerySchema = z.object({ t: z.string().max(1024) })
export const downloadUrlSchema = z.object({ url: z.string(), expiresAt: z.string() })
export type DownloadUrl = z.infer<typeof downloadUrlSchema>

/** `ids` separated by commas. Folders and foreign ids are left out of the answer. */
export const copiesQuerySchema = z.object({
  ids: z
    .string()
    .max(8192)
    .transform((text) => text.split(',').filter((id) => id.length > 0))
    .pipe(z.array(idSchema).min(1).max(100)),
})
/** `have`: members that hold the whole content; null: no storage could be asked. `want`: members of the group. */
export const copiesSchema = z.record(
  z.string(),
  z.object({ have: z.number().int().nonnegative().nullable(), want: z.number().int().nonnegative() }),
)
export type Copies = z.infer<typeof copiesSchema>
