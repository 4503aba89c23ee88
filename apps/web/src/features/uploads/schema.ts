import { z } from 'zod'
import { apiErrorSchema } from '../../lib/api-error.ts'
import { entryItemSchema } from '../../lib/entries/entry-item.ts'

export const UPLOAD_BATCH_MAX = 100

/** What to do when the name is taken once the bytes are there: a new name, the old file to trash, or nothing stored. */
export const conflicts = ['keep', 'replace', 'skip'] as const
export type Conflict = (typeof conflicts)[number]

const clientIdSchema = z.string().min(1).max(128)
const uploadIdSchema = z.string().min(1).max(64)

export const uploadParamsSchema = z.object({ id: uploadIdSchema })

/** `path`: the folders above a file of a folder drop, 'a/b', made when missing. Sizes in bytes. */
export const startItemSchema = z.object({
  clientId: clientIdSchema,
  name: z.string().max(4096),
  size: z.number().int().nonnegative(),
  folderId: z.string().min(1).max(64),
  path: z.string().max(16_384).optional(),
  modifiedAt: z.iso.datetime({ offset: true }).optional(),
  conflict: z.enum(conflicts).default('keep'),
})
export const startUploadsSchema = z.object({ items: z.array(startItemSchema).min(1).max(UPLOAD_BATCH_MAX) })
export type StartItem = z.infer<typeof startItemSchema>
export type StartUploadsBody = z.input<typeof startUploadsSchema>

const startedSchema = z.object({
  clientId: z.string(),
  ok: z.literal(true),
  uploadId: z.string(),
  /** tus endpoint for POST (with creation-with-upload for small files). */
  endpoint: z.string(),
  /** The tus resource once it was made: HEAD, PATCH, DELETE; `<uploadUrl>/receipt` for the receipt. */
  uploadUrl: z.string(),
  ticket: z.string(),
  ticketExpiresAt: z.string(),
  storageName: z.string(),
})
// Files without content have nothing to send: they are stored at once.
const storedAtOnceSchema = z.object({
  clientId: z.string(),
  ok: z.literal(true),
  uploadId: z.string(),
  entry: entryItemSchema.nullable(),
  notice: z.enum(['renamed', 'skipped']).optional(),
})
const notStartedSchema = z.object({ clientId: z.string(), ok: z.literal(false), error: apiErrorSchema })
export const startedUploadsSchema = z.object({
  items: z.array(z.union([startedSchema, storedAtOnceSchema, notStartedSchema])),
})
export type StartedUploads = z.infer<typeof startedUploadsSchema>
export type StartedItem = StartedUploads['items'][number]

export const renewedTicketSchema = z.object({
  endpoint: z.string(),
  uploadUrl: z.string(),
  ticket: z.string(),
  ticketExpiresAt: z.string(),
  storageName: z.string(),
})
export type RenewedTicket = z.infer<typeof renewedTicketSchema>

export const unfinishedUploadsSchema = z.object({
  items: z.array(
    z.object({
      uploadId: z.string(),
      name: z.string(),
      size: z.number().int().nonnegative(),
      folderId: z.string(),
      conflict: z.enum(conflicts),
      createdAt: z.string(),
      expiresAt: z.string(),
    }),
  ),
})
export type UnfinishedUploads = z.infer<typeof unfinishedUploadsSchema>

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

export const completedUploadsSchema = z.object({
  items: z.array(
    z.union([
      z.object({
        uploadId: z.string(),
        ok: z.literal(true),
        /** Null when the decision was "skip" and the name was taken. */
        entry: entryItemSchema.nullable(),
        notice: z.enum(uploadNotices).optional(),
      }),
      z.object({ uploadId: z.string(), ok: z.literal(false), error: apiErrorSchema }),
    ]),
  ),
})
export type CompletedUploads = z.infer<typeof completedUploadsSchema>
export type CompletedItem = CompletedUploads['items'][number]
