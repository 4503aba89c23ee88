import { z } from 'zod'

const GROUP_NAME_LENGTH_MAX = 100

export const quotaGroupSchema = z.object({
  name: z.string().trim().min(1).max(GROUP_NAME_LENGTH_MAX),
  allowedBytes: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER),
})
export const quotaGroupChangeSchema = quotaGroupSchema.partial()
export type QuotaGroupChange = z.infer<typeof quotaGroupChangeSchema>
export type QuotaGroupValues = z.infer<typeof quotaGroupSchema>

export interface QuotaGroupItem {
  id: string
  name: string
  allowedBytes: number
  usedBytes: number
  reservedBytes: number
  members: number
}
