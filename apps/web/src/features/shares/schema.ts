import { z } from 'zod'
import { type EntryItem, ROOT_ID } from '../../lib/entries/entry-item.ts'
import { momentSchema } from '../../lib/time-schemas.ts'

export const CODE_LENGTH = 6
/** Without what is mistaken for another when it is read out or written down. */
export const CODE_ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
const ITEMS_MAX = 1000
const LIMIT_MAX = 1_000_000

const idSchema = z.string().min(1).max(64)
const limitSchema = z.number().int().min(1).max(LIMIT_MAX).nullable()
const idsSchema = z.array(idSchema).min(1).max(ITEMS_MAX)

// What a link allows; the dialog starts with these defaults.
const settings = {
  allowDownload: z.boolean(),
  /** Null: never. */
  expiresAt: momentSchema.nullable(),
  maxDownloads: limitSchema,
  maxViews: limitSchema,
}
export const createShareSchema = z.object({ ids: idsSchema, withCode: z.boolean(), ...settings })
export type CreateShare = z.infer<typeof createShareSchema>
export type ShareSettings = Omit<CreateShare, 'ids' | 'withCode'>

/** `code`: another one, or none any more; the old one stops at once. `revoked`: false takes a revocation back. */
export const updateShareSchema = z
  .object({ ...settings, code: z.enum(['new', 'none']), revoked: z.boolean() })
  .partial()
export type UpdateShare = z.infer<typeof updateShareSchema>

export const shareParamsSchema = z.object({ id: idSchema })
export const measureSchema = z.object({ ids: idsSchema })
export interface Measured {
  items: number
  bytes: number
}

export type ShareState = 'active' | 'ended' | 'usedUp' | 'revoked' | 'empty'

/** A link as its owner sees it. `url` is null when the key that sealed it is gone. */
export interface ShareItem {
  id: string
  url: string | null
  /** The first of what is shared, and how many. */
  title: string
  items: number
  first: { kind: 'folder' | 'file'; category: EntryItem['category'] } | null
  state: ShareState
  hasCode: boolean
  allowDownload: boolean
  expiresAt: string | null
  maxDownloads: number | null
  maxViews: number | null
  downloads: number
  views: number
  createdAt: string
}

/** `code` is told once: when it was made. */
export interface ShareWithCode {
  share: ShareItem
  code: string | null
}

export interface ShareList {
  shares: ShareItem[]
}

export const accessQuerySchema = z.object({
  before: z
    .string()
    .regex(/^\d{1,19}$/)
    .optional(),
})
export interface ShareAccesses {
  accesses: {
    id: string
    at: string
    address: string
    device: string
    action: 'view' | 'download' | 'save' | 'wrong_code' | 'rest'
    name: string | null
  }[]
  /** For the next page; null: the end. */
  before: string | null
}

// The visitor's side. The token itself is only in the page's address and in this body: addresses of calls are logged.
export const openShareSchema = z.object({
  token: z.string().min(1).max(64),
  code: z.string().max(64).optional(),
})
export interface OpenedShare {
  id: string
}

export const visitedParamsSchema = z.object({ id: idSchema })
export const visitedEntryParamsSchema = z.object({ id: idSchema, entry: idSchema })
export const visitedListSchema = z.object({
  folder: idSchema.default(ROOT_ID),
  sort: z.enum(['name', 'size', 'modified']).default('name'),
  dir: z.enum(['asc', 'desc']).default('asc'),
  cursor: z.string().max(2048).optional(),
})
export type VisitedList = z.infer<typeof visitedListSchema>
export const saveSchema = z.object({ ids: idsSchema.optional() })

/** What a visitor gets to see of the link itself. */
export interface VisitedShare {
  id: string
  /** The name of the first of what was shared, and how many there are beside it. */
  title: string
  more: number
  /** How many lie in a folder that was shared alone; else how many were shared. */
  items: number
  bytes: number
  owner: string
  expiresAt: string | null
  allowDownload: boolean
  downloads: { left: number; max: number } | null
}

/** A file or folder in a link: nothing of what its owner noted about it. */
export type VisitedItem = Pick<
  EntryItem,
  'id' | 'kind' | 'name' | 'size' | 'category' | 'contentType' | 'modifiedAt' | 'items'
> & { thumbnailUrl?: string }

export interface VisitedPage {
  /** From the shared folder down to and with the open one; empty for the link itself. */
  path: { id: string; name: string }[]
  items: VisitedItem[]
  nextCursor: string | null
  total: number
  totalBytes: number
}

export interface VisitedUrl {
  url: string
}

/** How far copies of what was shared are. `error`: the code of the refusal that ended it. */
export interface SaveProgress {
  id: string
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
  done: number
  total: number
  error: string | null
}
