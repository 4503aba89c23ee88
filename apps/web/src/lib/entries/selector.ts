import { z } from 'zod'

const IDS_MAX = 5000
const publicIdSchema = z.string().min(1).max(64)
const publicIdsSchema = z.array(publicIdSchema).max(IDS_MAX)

/**
 * Which entries something is done to: named ones, or a predicate, all that is in a place but for some. A hundred
 * thousand ids never travel.
 */
export const entrySelectorSchema = z.union([
  z.strictObject({ ids: publicIdsSchema.min(1) }),
  z.strictObject({ all: z.strictObject({ folder: publicIdSchema, except: publicIdsSchema }) }),
])
export type EntrySelector = z.infer<typeof entrySelectorSchema>
