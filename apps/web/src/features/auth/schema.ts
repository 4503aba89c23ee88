import { z } from 'zod'
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
export type RegisterBody = z.input<typeof registerSchema>

/** `admin`: this was the first person, who runs the place. */
export const registeredSchema = z.object({ admin: z.boolean() })
export type Registered = z.infer<typeof registeredSchema>

export const setupSchema = z.object({ firstUser: z.boolean(), signup: z.enum(['open', 'closed']) })
export type Setup = z.infer<typeof setupSchema>

export const meSchema = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(['admin', 'user']),
  quota: z.object({
    allowedBytes: z.number().int().nonnegative(),
    usedBytes: z.number().int().nonnegative(),
    reservedBytes: z.number().int().nonnegative(),
  }),
})
export type Me = z.infer<typeof meSchema>

export const sessionsSchema = z.object({
  sessions: z.array(
    z.object({
      id: z.string(),
      current: z.boolean(),
      createdAt: z.string(),
      lastSeenAt: z.string(),
      userAgent: z.string(),
      ip: z.string(),
    }),
  ),
})
export type Sessions = z.infer<typeof sessionsSchema>
/** Without an id: all sessions but the current one. */
export const endSessionsSchema = z.object({ id: z.string().max(64).optional() })
