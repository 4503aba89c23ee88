import { z } from 'zod'
import { type EntryItem as Item, ROOT_ID } from '../../lib/entries/entry-item.ts'

// What comes in is checked by schemas; what goes out is ours and has types.

export type EntryItem = Item

const sortKeys = ['name', 'size', 'modified'] as const
export type SortKey = (typeof sortKeys)[number]
export type SortDirection = 'asc' | 'desc'

const BATCH_MAX = 1000
const idSchema = z.string().min(1).max(64)
const idsSchema = z.array(idSchema).min(1).max(BATCH_MAX)

export const entryParamsSchema = z.object({ id: idSchema })

/** `path` runs from the folder below the top down to and with the folder itself; it is empty for the top folder. */
export interface FolderInfo {
  id: string
  name: string
  path: { id: string; name: string }[]
}

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
export interface EntryPage {
  folder: FolderInfo
  items: EntryItem[]
  nextCursor: string | null
  total: number
  totalBytes: number
}

export const treeQuerySchema = z.object({ folder: idSchema.default(ROOT_ID) })
export interface FolderTree {
  folders: { id: string; name: string; hasChildren: boolean }[]
}

// Names are checked by the rules of lib/entries/name.ts, which say what is wrong; here only that it is text at all.
const nameSchema = z.string().max(4096)
export const createFolderSchema = z.object({ parentId: idSchema, name: nameSchema })
export const renameSchema = z.object({ name: nameSchema })
export const moveSchema = z.object({ ids: idsSchema, targetId: idSchema })
export const trashSchema = z.object({ ids: idsSchema })
export const restoreSchema = z.object({ ids: idsSchema })

export interface Moved {
  items: EntryItem[]
}
export interface Trashed {
  trashIds: string[]
}
/** `renamed`: the name was taken meanwhile. `parentGone`: it came back into the top folder. */
export interface Restored {
  items: (EntryItem & { renamed: boolean; parentGone: boolean })[]
}

/** `inline`: to be shown in place and not saved, where the type allows it. */
export const downloadQuerySchema = z.object({
  inline: z
    .enum(['0', '1'])
    .default('0')
    .transform((flag) => flag === '1'),
})
export const renewQuerySchema = z.object({ t: z.string().max(1024) })
export interface DownloadUrl {
  url: string
  expiresAt: string
}

/** `ids` separated by commas. Folders and foreign ids are left out of the answer. */
export const copiesQuerySchema = z.object({
  ids: z
    .string()
    .max(8192)
    .transform((text) => text.split(',').filter((id) => id.length > 0))
    .pipe(z.array(idSchema).min(1).max(100)),
})
/** `have`: members that hold the whole content; null: no storage could be asked. `want`: members of the group. */
export type Copies = Record<string, { have: number | null; want: number }>
