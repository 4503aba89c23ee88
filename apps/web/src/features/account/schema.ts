import { z } from 'zod'
import { locales } from '../../i18n/locale.ts'
import {
  emailSchema,
  newPasswordSchema,
  personNameSchema,
  secretTokenSchema,
  typedPasswordSchema,
} from '../../lib/account/schemas.ts'

const CODE_CHARS_MAX = 40
const INVITATION_DAYS_MAX = 365
const INVITATION_USES_MAX = 1000

export const profileSchema = z.object({
  name: personNameSchema.optional(),
  locale: z.enum(locales).optional(),
  theme: z.enum(['system', 'light', 'dark']).optional(),
})
export const changePasswordSchema = z.object({ current: typedPasswordSchema, password: newPasswordSchema })
export const changeEmailSchema = z.object({ password: typedPasswordSchema, email: emailSchema })
export const confirmEmailSchema = z.object({ token: secretTokenSchema })
export const passwordSchema = z.object({ password: typedPasswordSchema })
export const codeSchema = z.object({ code: z.string().trim().min(1).max(CODE_CHARS_MAX) })

export const newInvitationSchema = z
  .object({
    email: emailSchema.nullable().default(null),
    role: z.enum(['user', 'admin']).default('user'),
    /** Null: what the settings say at that time. */
    quotaBytes: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).nullable().default(null),
    quotaGroupId: z.string().max(40).nullable().default(null),
    days: z.number().int().min(1).max(INVITATION_DAYS_MAX).default(7),
    maxUses: z.number().int().min(1).max(INVITATION_USES_MAX).default(1),
  })
  .refine(({ email, role, maxUses }) => maxUses === 1 || (email === null && role === 'user'), {
    path: ['maxUses'],
    error: 'An invitation for one address or for an administrator works once.',
  })

/** `confirm`: a link was sent to the new address, and until it is used the old one stays. */
export interface ChangedEmail {
  confirm: boolean
}

export interface Security {
  hasPassword: boolean
  /** ISO 8601. */
  passwordChangedAt: string | null
  /** Null: no authenticator. */
  authenticator: { since: string; recoveryCodesLeft: number } | null
  /** When an administrator took the authenticator away and none was added since. */
  authenticatorRemovedAt: string | null
}

export interface StartedAuthenticator {
  secret: string
  uri: string
}

export interface RecoveryCodes {
  codes: string[]
}

export type InvitationState = 'open' | 'used_up' | 'expired' | 'revoked'

export interface InvitationItem {
  id: string
  email: string | null
  role: 'user' | 'admin'
  quotaBytes: number | null
  quotaGroup: { id: string; name: string } | null
  used: number
  maxUses: number
  createdAt: string
  expiresAt: string
  createdBy: string | null
  state: InvitationState
}
