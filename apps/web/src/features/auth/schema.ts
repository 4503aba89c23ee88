import { z } from 'zod'
import { emailSchema, newPasswordSchema, personNameSchema, secretTokenSchema } from '../../lib/account/schemas.ts'
import type { Settings } from '../../lib/settings.ts'

export const registerSchema = z.object({
  name: personNameSchema,
  email: emailSchema,
  password: newPasswordSchema,
  /** The token of an invitation's link. */
  invitation: secretTokenSchema.optional(),
})

/** `admin`: this was the first person, who runs the place. */
export interface Registered {
  admin: boolean
}

export interface Setup {
  firstUser: boolean
  signup: Settings['signup']
  /** Name of the sign-in service beside passwords; null: there is none. */
  oidc: string | null
  /** Whether links for new passwords are sent by mail. */
  mail: boolean
}

export interface Me {
  id: string
  name: string
  email: string
  role: 'admin' | 'user'
  /** `group`: space that is shared with others, a second limit beside one's own. */
  quota: Space & { group?: Space & { name: string } }
  /** What pages look like, as far as this person chose it. */
  locale?: string
  theme?: string
}

export interface Space {
  allowedBytes: number
  usedBytes: number
  reservedBytes: number
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
