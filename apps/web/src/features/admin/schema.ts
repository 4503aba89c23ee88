import { z } from 'zod'
import { type Settings, settingsSchema } from '../../lib/settings.ts'
import { daySchema } from '../../lib/time-schemas.ts'

const cursorField = z.string().max(2000).optional()

export const largestQuerySchema = z.object({
  kind: z.enum(['people', 'folders', 'files']),
  cursor: cursorField,
})
export type LargestQuery = z.infer<typeof largestQuerySchema>

export interface LargestItem {
  id: string
  name: string
  owner: string
  bytes: number
  files: number | null
}

export interface LargestPage {
  items: LargestItem[]
  next: string | null
  /** When folders were last added up; null for what is always current, and before the first time. */
  countedAt: string | null
}

export const historyQuerySchema = z.object({ span: z.enum(['month', 'year', 'all']) })
export const exportQuerySchema = z.discriminatedUnion('table', [
  z.object({ table: z.literal('tree') }),
  z.object({ table: z.literal('ledger') }),
  z.object({ table: z.literal('history'), span: historyQuerySchema.shape.span }),
  z.object({ table: z.literal('largest'), kind: largestQuerySchema.shape.kind }),
])
export const storageParamsSchema = z.object({ group: z.string().max(16), id: z.string().max(16) })

export const asideSchema = z.object({
  action: z.enum(['retry', 'dismiss']),
  ids: z.array(z.string().max(64)).min(1).max(100),
})
export type Aside = z.infer<typeof asideSchema>
/** Those of the changes that the storage still had. */
export interface Settled {
  done: string[]
}

/** Null: not every storage answered, or nobody looked. */
export interface HistoryPoint {
  at: string
  usedBytes: number | null
  totalBytes: number | null
}

export interface History {
  points: HistoryPoint[]
}

/** Bytes a second, minute by minute; null while it did not answer. */
export interface RatePoint {
  at: string
  writtenPerSecond: number | null
  readPerSecond: number | null
  /** Of each store path: for how much of the time its disk had something to do, 0 to 1; null where nobody knows. */
  busy: { path: string; share: number | null }[]
}

/** What is known of a storage beyond the present. */
export interface StorageHistory {
  lastHour: RatePoint[]
  events: { at: string; from: string | null; to: string }[]
}

const personSorts = [
  'name',
  'email',
  'quota',
  'used',
  'reserved',
  'role',
  'state',
  'lastSeen',
  'factor',
  'created',
] as const
const directionField = z.enum(['asc', 'desc'])

const peopleFilter = {
  q: z.string().trim().max(200).optional(),
  role: z.enum(['admin', 'user']).optional(),
  state: z.enum(['active', 'disabled']).optional(),
  group: z.string().max(40).optional(),
  sort: z.enum(personSorts).default('name'),
  dir: directionField.default('asc'),
}
export const peopleQuerySchema = z.object({ ...peopleFilter, cursor: cursorField })
export const peopleExportSchema = z.object(peopleFilter)
export type PeopleQuery = z.infer<typeof peopleQuerySchema>
export type PersonSort = (typeof personSorts)[number]

export interface PersonItem {
  id: string
  name: string
  email: string
  role: 'admin' | 'user'
  disabledAt: string | null
  createdAt: string
  lastSeenAt: string | null
  hasSecondFactor: boolean
  quotaBytes: number
  usedBytes: number
  reservedBytes: number
  group: { id: string; name: string } | null
}

export interface PeoplePage {
  items: PersonItem[]
  next: string | null
  /** Of the whole filter. */
  total: number
}

export const publicIdSchema = z.object({ id: z.string().max(40) })
export const personChangeSchema = z.object({
  quotaBytes: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).optional(),
  groupId: z.string().max(40).nullable().optional(),
  role: z.enum(['admin', 'user']).optional(),
  disabled: z.boolean().optional(),
})
export type PersonChange = z.infer<typeof personChangeSchema>

/** Any part of the settings. */
export const settingsChangeSchema = settingsSchema.partial().strict()
export type SettingsChange = z.infer<typeof settingsChangeSchema>

export interface SettingsView {
  settings: Settings
  /** Who changed which setting last. */
  changed: { key: string; at: string; by: string | null }[]
}

const auditFilter = {
  /** The start of an action's name: `person`, `share.create`. */
  action: z.string().max(100).optional(),
  person: z.string().trim().max(200).optional(),
  target: z.string().trim().max(300).optional(),
  from: daySchema.optional(),
  /** The last day that is shown. */
  to: daySchema.optional(),
  dir: directionField.default('desc'),
}
export const auditQuerySchema = z.object({ ...auditFilter, cursor: cursorField })
export const auditExportSchema = z.object({ ...auditFilter, format: z.enum(['csv', 'ndjson']).default('csv') })
export type AuditQuery = z.infer<typeof auditQuerySchema>

export interface AuditItem {
  id: string
  at: string
  actor: string | null
  action: string
  targetKind: string | null
  target: string | null
  ip: string
  detail: Record<string, unknown>
}

export interface AuditPage {
  items: AuditItem[]
  next: string | null
}

const shareSorts = ['title', 'owner', 'created', 'ends', 'views', 'downloads', 'state'] as const
const shareStates = ['active', 'ended', 'used_up', 'off'] as const
const sharesFilter = {
  q: z.string().trim().max(200).optional(),
  state: z.enum(shareStates).optional(),
  sort: z.enum(shareSorts).default('created'),
  dir: directionField.default('desc'),
}
export const sharesQuerySchema = z.object({ ...sharesFilter, cursor: cursorField })
export const sharesExportSchema = z.object(sharesFilter)
export type SharesQuery = z.infer<typeof sharesQuerySchema>
export type ShareSort = (typeof shareSorts)[number]
export type ShareState = (typeof shareStates)[number]

export interface SharedLink {
  id: string
  title: string
  owner: string
  items: number
  hasCode: boolean
  allowDownload: boolean
  createdAt: string
  expiresAt: string | null
  views: number
  maxViews: number | null
  downloads: number
  maxDownloads: number | null
  state: ShareState
}

export interface SharesPage {
  items: SharedLink[]
  next: string | null
  total: number
}

const queueNames = ['blobs', 'garbage', 'trees', 'thumbnails'] as const
export type QueueName = (typeof queueNames)[number]

/** Work that waits for the worker. */
export interface QueueView {
  name: QueueName
  waiting: number
  /** Of these, those that failed at least once. */
  failing: number
  lastError: string | null
}

export interface TaskView {
  name: string
  startedAt: string
  finishedAt: string | null
  error: string | null
  failedAt: string | null
  state: 'running' | 'done' | 'failed'
}

/** What somebody asked for over many entries. */
export interface PersonJob {
  id: string
  owner: string
  kind: 'move' | 'copy' | 'save' | 'trash' | 'restore' | 'delete' | 'star' | 'unstar' | 'tag'
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
  done: number
  total: number
  error: string | null
  createdAt: string
}

export interface JobsView {
  queues: QueueView[]
  tasks: TaskView[]
  jobs: PersonJob[]
}

export const runJobSchema = z.union([
  z.object({ run: z.string().regex(/^[A-Za-z]{1,60}$/) }).strict(),
  z.object({ retry: z.enum(queueNames) }).strict(),
  /** What somebody asked for and what was refused in its middle. */
  z.object({ again: z.string().max(40) }).strict(),
])
export type RunJob = z.infer<typeof runJobSchema>

export const adminFindSchema = z.object({ q: z.string().trim().min(1).max(200) })
/** What the search of the administration finds besides pages. */
export interface AdminFound {
  people: { id: string; name: string; email: string }[]
  groups: { id: string; name: string }[]
  storages: { group: string; id: string; ip: string }[]
}

/** What the sidebar of the administration counts; of jobs those that have not ended, of storages none that was removed. */
export interface AdminCounts {
  people: number
  groups: number
  shares: number
  jobs: number
  storages: { active: number; syncing: number; offline: number }
}
