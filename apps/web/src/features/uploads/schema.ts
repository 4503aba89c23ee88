import { z } from 'zod'
import type { ApiErrorBody } from '../../lib/api-error.ts'
import { type Conflict, conflicts } from '../../lib/entries/conflict.ts'
import type { EntryItem } from '../../lib/entries/entry-item.ts'
import { momentSchema } from '../../lib/time-schemas.ts'
import { AVOIDED_MAX, DROP_FOLDERS_MAX, PREFLIGHT_BATCH_MAX } from './rules.ts'

// What comes in is checked by schemas; what goes out is ours and has types.

export const UPLOAD_BATCH_MAX = 250

const clientIdSchema = z.string().min(1).max(128)
const uploadIdSchema = z.string().min(1).max(64)

export const uploadParamsSchema = z.object({ id: uploadIdSchema })

export const abandonUploadsSchema = z.object({ uploadIds: z.array(uploadIdSchema).min(1).max(UPLOAD_BATCH_MAX) })

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/, 'is not 64 hexadecimal digits')

/**
 * `path`: the folders above a file of a folder drop, 'a/b', made when missing. Sizes in bytes. `probe`: SHA-256 of the
 * first 64 KiB, by which files of one size are told apart before they are read as a whole. `replaces`: the file whose
 * content this becomes, if that still has the hash; its folder and its name stay, and what is said of them here is not read.
 * `once`: nobody has decided about its name. Where the same file lies there by now, or another page sends it, it is not begun.
 */
const startItemSchema = z.object({
  clientId: clientIdSchema,
  name: z.string().max(4096),
  size: z.number().int().nonnegative(),
  folderId: z.string().min(1).max(64),
  path: z.string().max(16_384).optional(),
  modifiedAt: momentSchema.optional(),
  conflict: z.enum(conflicts).default('keep'),
  probe: hashSchema.optional(),
  once: z.boolean().optional(),
  replaces: z.object({ id: z.string().min(1).max(64), sha256: hashSchema }).optional(),
})
/** A name that a browser gave itself, to tell the person's devices apart. */
const deviceSchema = z.string().min(1).max(64)

/** `here` false: the page ends. */
export const presenceSchema = z.object({ device: deviceSchema, here: z.boolean() })
export type PresenceBody = z.infer<typeof presenceSchema>

/** `avoid`: storages that could not write, or did not answer this browser: taken only where there is no other one. */
export const startUploadsSchema = z.object({
  device: deviceSchema.optional(),
  avoid: z.array(z.string().max(64)).max(AVOIDED_MAX).default([]),
  items: z.array(startItemSchema).min(1).max(UPLOAD_BATCH_MAX),
})
export type StartItem = z.infer<typeof startItemSchema>
export type StartUploadsBody = z.input<typeof startUploadsSchema>

/**
 * `takeOver`: this device goes on from now on, the one before is told to stop. `sent`: the storage does not answer this
 * browser, which has sent so many bytes there. `silentSeconds`: for so long; the longer, the more may be sent again to
 * another one. `unable`: it does answer, and says that it cannot write.
 */
export const renewTicketSchema = z.object({
  device: deviceSchema.optional(),
  takeOver: z.stringbool().optional(),
  silentSeconds: z.coerce.number().int().nonnegative().default(0),
  sent: z.coerce.number().int().nonnegative().optional(),
  unable: z.stringbool().optional(),
})
export type RenewTicketQuery = z.infer<typeof renewTicketSchema>

/** Where and with what to send an upload. */
export interface RenewedTicket {
  /** tus endpoint for POST (with creation-with-upload for small files). */
  endpoint: string
  /** The tus resource once it was made: HEAD, PATCH, DELETE; `<uploadUrl>/receipt` for the receipt. */
  uploadUrl: string
  ticket: string
  ticketExpiresAt: string
  storageName: string
  /** Nothing of it is there: it is sent from its first byte. */
  startsOver?: boolean
}

/** What is asked for a ticket may be complete: another page, or the server itself, has finished it. That is no error. */
export type Renewal = RenewedTicket | { finished: true }

/** `entry` is null when the decision was "skip" and the name was taken. */
interface Stored<Notice> {
  ok: true
  uploadId: string
  entry: EntryItem | null
  notice?: Notice
}

interface Refused {
  ok: false
  error: ApiErrorBody
}

/** Not begun: the same file lies there, or comes from another page of this person. `isLeft`: that page does not run any more. */
type Found = { ok: true } & (
  | { found: 'identical' }
  | { found: 'elsewhere'; uploadId: string; deviceAgent: string | null; isLeft: boolean }
)

/** Files without content have nothing to send: they are stored at once and get an entry and no ticket. */
export type StartedItem = {
  clientId: string
} & (({ ok: true; uploadId: string; hash: boolean } & RenewedTicket) | Stored<'renamed' | 'skipped'> | Found | Refused) // `hash`: the content may be stored already, so hashing it may spare the sending.
export interface StartedUploads {
  items: StartedItem[]
}

/** `after`: the upload that the answer before ended with. */
export const unfinishedUploadsSchema = z.object({ after: uploadIdSchema.optional() })

export interface UnfinishedUploads {
  /** The last one of this answer, where there are more. */
  next: string | null
  items: {
    uploadId: string
    name: string
    size: number
    folderId: string
    folderName: string
    conflict: Conflict
    /** Of the file on the person's disk. */
    modifiedAt: string | null
    probe: string | null
    /** How much of it is there; null when its storage does not answer. */
    sent: number | null
    /** The device that sends it; null where that was not said. */
    device: string | null
    deviceAgent: string | null
    /** Whether the page that sends it still runs. */
    isSent: boolean
    createdAt: string
    updatedAt: string
    expiresAt: string
  }[]
}

export const completeUploadsSchema = z.object({
  items: z
    .array(z.object({ uploadId: uploadIdSchema, receipt: z.string().max(1024) }))
    .min(1)
    .max(UPLOAD_BATCH_MAX),
})
export type CompleteUploadsBody = z.infer<typeof completeUploadsSchema>

/** `folder_gone`: stored in the top folder instead. `renamed`: the name was taken. `skipped`: it was, nothing stored. */
export const uploadNotices = ['folder_gone', 'renamed', 'skipped'] as const
export type UploadNotice = (typeof uploadNotices)[number]

export type CompletedItem = { uploadId: string } & (Stored<UploadNotice> | Refused)
export interface CompletedUploads {
  items: CompletedItem[]
}

/** The hash of the whole file, by which stored content is claimed. */
export const claimSchema = z.object({ sha256: hashSchema, size: z.number().int().positive() })
export type ClaimBody = z.infer<typeof claimSchema>

/** What has to be proven: an HMAC with this nonce over these ranges; see possession.ts. */
export interface Challenge {
  nonce: string
  ranges: { offset: number; length: number }[]
  expiresAt: string
}

export const proofSchema = z.object({ nonce: hashSchema, answer: hashSchema })
export type ProofBody = z.infer<typeof proofSchema>

/** Not proven: the upload goes on, and why is not said. */
export type ProofAnswer = { proven: false } | { proven: true; entry: EntryItem | null; notice?: UploadNotice }

/** The files of a drop, all for one folder, as they are asked about before anything is sent. */
export const preflightSchema = z.object({
  /** Whoever will send them: what it sends itself is not `coming`. */
  device: deviceSchema.optional(),
  folderId: z.string().min(1).max(64),
  items: z
    .array(
      z.object({
        name: z.string().max(4096),
        path: z.string().max(16_384).optional(),
        size: z.number().int().nonnegative(),
        modifiedAt: momentSchema.optional(),
        probe: hashSchema.optional(),
      }),
    )
    .min(1)
    .max(PREFLIGHT_BATCH_MAX),
})
export type PreflightBody = z.infer<typeof preflightSchema>

/**
 * `instant`: the person keeps content of this size (and head) already. `identical`: the same file lies there.
 * `taken`: its name belongs to something else there. `coming`: another page of the person sends the same file there.
 */
export type PreflightKind = 'new' | 'instant' | 'identical' | 'taken' | 'coming'
/** `kinds` in the order of the items. */
export interface Preflight {
  kinds: PreflightKind[]
  freeBytes: number
  trashDays: number
}

/** Folders without files of a folder drop, 'a/b', below the folder it was dropped on. */
export const dropFoldersSchema = z.object({
  folderId: z.string().min(1).max(64),
  paths: z.array(z.string().min(1).max(16_384)).min(1).max(DROP_FOLDERS_MAX),
})
export type DropFoldersBody = z.infer<typeof dropFoldersSchema>
export interface DroppedFolders {
  items: ({ path: string } & ({ ok: true } | Refused))[]
}
