import { z } from 'zod'
import type { Settings } from '../../lib/settings.ts'
import { NAME_LENGTH_MAX, PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from './account-rules.ts'

export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.email({ error: 'This is not an e-mail address.' }).max(254))

export const registerSchema = z.object({
  name: z.string().trim().min(1, 'Say how others should call you.').max(NAME_LENGTH_MAX),
  email: emailSchema,
  password: z
    .string()
    .min(PASSWORD_LENGTH_MIN, `Use at least ${PASSWORD_LENGTH_MIN} characters.`)
    .max(PASSWORD_LENGTH_MAX),
})

/** `admin`: this was the first person, who runs the place. */
export interface Registered {
  admin: boolean
}

export interface Setup {
  firstUser: boolean
  signup: Settings['signup']
}

export interface Me {
  id: string
  name: string
  email: string
  role: 'admin' | 'user'
  quota: { allowedBytes: number; usedBytes: number; reservedBytes: number }
}

export interface Sessions {
  sessions: {
    id: string
    current: boolean
    createdAt: string
    lastSeenAt: string
    userAgent: string
    ip: string
  }[]
}
/** Without an id: all sessions but the current one. */
export const endSessionsSchema = z.object({ id: z.string().max(64).optional() })
