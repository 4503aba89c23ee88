import { z } from 'zod'
import { NAME_LENGTH_MAX, PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from './account-rules.ts'

export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.email({ error: 'This is not an e-mail address.' }).max(254))

export const personNameSchema = z.string().trim().min(1, 'Say how others should call you.').max(NAME_LENGTH_MAX)

/** A password to be set. */
export const newPasswordSchema = z
  .string()
  .min(PASSWORD_LENGTH_MIN, `Use at least ${PASSWORD_LENGTH_MIN} characters.`)
  .max(PASSWORD_LENGTH_MAX)

/** A password to be compared. */
export const typedPasswordSchema = z.string().max(PASSWORD_LENGTH_MAX)

/** The part of a link that opens it. */
export const secretTokenSchema = z.string().regex(/^[\w-]{43}$/, 'This link is not complete.')
