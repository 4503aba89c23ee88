import { z } from 'zod'

const IDS_MAX = 5000
const publicIdSchema = z.string().min(1).max(64)
const publicIdsSchema = z.array(publicIdSchema).max(IDS_MAX)
const categorySchema = z.enum(['image', 'video', 'audio', 'document', 'archive', 'other'])

const namedSchema = z.object({ ids: publicIdsSchema.min(1) })
const allSchema = z.object({
  all: z.strictObject({
    /** A folder's id or the id of a place: 'root', '~trash', '~category.image' … */
    folder: publicIdSchema,
    except: publicIdsSchema.default([]),
    category: categorySchema.optional(),
    contentType: z.string().max(200).optional(),
  }),
})

/**
 * Which entries something is done to: named ones, or a predicate, all that is in a place but for some. A hundred
 * thousand ids never travel.
 */
export const entrySelectorSchema = z.union([namedSchema, allSchema])
export type EntrySelector = z.infer<typeof entrySelectorSchema>
