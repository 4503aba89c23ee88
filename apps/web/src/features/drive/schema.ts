import { z } from 'zod'
import { conflicts } from '../../lib/entries/conflict.ts'
import { type EntryItem as Item, ROOT_ID } from '../../lib/entries/entry-item.ts'
import { entrySelectorSchema } from '../../lib/entries/selector.ts'

// What comes in is checked by schemas; what goes out is ours and has types.

export type EntryItem = Item

const sortKeys = ['name', 'size', 'modified'] as const
export type SortKey = (typeof sortKeys)[number]
export type SortDirection = 'asc' | 'desc'

const idSchema = z.string().min(1).max(64)

export const entryParamsSchema = z.object({ id: idSchema })

/** `path` runs from the folder below the top down to and with the folder itself; it is empty for the top folder. */
export interface FolderInfo {
  id: string
  name: string
  path: { id: string; name: string }[]
}

export const listQuerySchema = z.object({
  /** A folder's id or the id of a place; that of a search holds what was typed. */
  folder: z.string().min(1).max(6000).default(ROOT_ID),
  sort: z.enum(sortKeys).default('name'),
  dir: z.enum(['asc', 'desc']).default('asc'),
  cursor: z.string().max(2048).optional(),
  /** Instead of a cursor, in folders: the page that holds this position, or this entry. */
  at: z.coerce.number().int().min(0).max(100_000_000).optional(),
  around: idSchema.optional(),
})
export type ListQuery = z.infer<typeof listQuerySchema>

/**
 * One page of a folder. `total` and `totalBytes` count all entries directly in it, at the time of the first page.
 * `nextCursor` null: the end.
 */
export interface EntryPage {
  /** Only of a search: there is more than the search looked at, which no page has. */
  isCut?: boolean
  folder: FolderInfo
  items: EntryItem[]
  nextCursor: string | null
  total: number
  totalBytes: number
  /** The position of the first item, when the page was not asked for by a cursor. */
  start?: number
  /** Trash only: for how long things stay. */
  trashDays?: number
}

/** The position where a letter, or a month like '2026-11', begins in a list. */
export interface ListMark {
  at: number
  text: string
}

/** What is typed to go to a name in a list that is sorted by name. */
export const typedQuerySchema = listQuerySchema
  .pick({ folder: true, dir: true })
  .extend({ typed: z.string().min(1).max(300) })
export type TypedQuery = z.infer<typeof typedQuerySchema>
/** The first entry whose name begins so; null: there is none. */
export interface TypedEntry {
  id: string | null
}

export const treeQuerySchema = z.object({ folder: idSchema.default(ROOT_ID) })
export interface FolderTree {
  folders: { id: string; name: string; hasChildren: boolean }[]
}

// Names are checked by the rules of lib/entries/name.ts, which say what is wrong; here only that it is text at all.
const nameSchema = z.string().max(4096)
export const createFolderSchema = z.object({ parentId: idSchema, name: nameSchema })
export const renameSchema = z.object({ name: nameSchema })

/** What a person decided about taken names: for all, and for single entries by id. */
const conflictSchema = z.strictObject({
  default: z.enum(conflicts),
  decisions: z.record(idSchema, z.enum(conflicts)).optional(),
})
export type ConflictDecisions = z.infer<typeof conflictSchema>
const withTarget = z.object({ targetId: idSchema, conflict: conflictSchema.optional() })

// Each of these takes named entries or a predicate, see lib/entries/selector.ts.
export const moveSchema = z.intersection(entrySelectorSchema, withTarget)
export const trashSchema = entrySelectorSchema
export const restoreSchema = z.intersection(entrySelectorSchema, withTarget.omit({ targetId: true }))
/** `fromDrive`: for good what is still in the drive, and not what is in trash. */
export const deleteSchema = z.intersection(entrySelectorSchema, z.object({ fromDrive: z.boolean().default(false) }))

/** `on`: a star for each; else their stars are taken away. */
export const starSchema = z.intersection(entrySelectorSchema, z.object({ on: z.boolean() }))
const tagIdsSchema = z.array(idSchema).max(50)
export const tagSchema = z.intersection(
  entrySelectorSchema,
  z.object({ add: tagIdsSchema.default([]), remove: tagIdsSchema.default([]) }),
)
/** Ids of tags that entries get and lose. */
export interface TagChange {
  add: readonly string[]
  remove: readonly string[]
}

/** `save`: copies of what somebody else shared. */
export type JobKind = 'move' | 'copy' | 'save' | 'trash' | 'restore' | 'delete' | 'star' | 'unstar' | 'tag'

/** Something done to entries, at once or going on. Counts are entries; what was skipped or is gone counts as done. */
export interface JobView {
  id: string
  kind: JobKind
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
  total: number
  done: number
  skipped: number
  renamed: number
  bytes: number
  /** Name of the first entry; the folder where they go. */
  name: string
  target: { id: string; name: string } | null
  /** Code of the refusal that ended it. */
  error: string | null
  undoable: boolean
  /** Its end was looked at. */
  seen: boolean
  isUndo: boolean
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
}
/** The answer to a change of entries. `items`: as they are now, when they are few and done. */
export interface Change {
  job: JobView
  items: EntryItem[]
}
export interface Jobs {
  jobs: JobView[]
}

/** An entry whose name is taken where it goes, and what is there. */
export interface Clash {
  id: string
  name: string
  mine: ClashSide
  theirs: ClashSide
}
interface ClashSide {
  kind: 'folder' | 'file'
  size: number
  modifiedAt: string
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
