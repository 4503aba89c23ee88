import { createTranslator } from 'next-intl'
import type { z } from 'zod'
import { english } from '../../../messages/en/index.ts'
import { chinese } from '../../../messages/zh-CN/index.ts'
import type { Locale } from '../../i18n/locale.ts'
import { createOneTimeLink, dropOneTimeLinks, takeOneTimeLink } from '../../lib/account/one-time-links.ts'
import { refuseGuessable } from '../../lib/account/password.ts'
import { slowHash } from '../../lib/account/slow-hash.ts'
import { ApiError } from '../../lib/api-error.ts'
import { type AttemptLimit, requireAttempt } from '../../lib/attempts.ts'
import { recordAudit } from '../../lib/audit.ts'
import { db, inTransaction, SqlState, sqlStateOf, type Transaction } from '../../lib/db.ts'
import { canSendMail, sendMail } from '../../lib/mail.ts'
import { requireOwnOrigin } from '../../lib/request-origin.ts'
import { forgetCheckedSessions, revokeSessions, type SignedInUser } from '../auth/session.ts'
import { requirePassword } from './require-password.ts'
import type { ChangedEmail, changePasswordSchema, profileSchema } from './schema.ts'

// The address may be a stranger's, and the mail begins with a name that its sender chose.
const mails: AttemptLimit = { name: 'email-mail', max: 5, windowSeconds: 60 * 60 }

const personTarget = ({ id, email }: SignedInUser) => ({ kind: 'person', id, name: email })

export async function changeProfile(user: SignedInUser, input: z.infer<typeof profileSchema>): Promise<void> {
  const { name, locale, theme } = input
  const data = { ...(name ? { name } : {}), ...(locale ? { locale } : {}), ...(theme ? { theme } : {}) }
  await db().user.update({ where: { id: user.id }, data })
  forgetCheckedSessions()
}

/** Sets another password. All other sessions end: if somebody else knew the old one, they are out. */
export async function changePassword(
  user: SignedInUser,
  input: z.infer<typeof changePasswordSchema>,
  headers: Headers,
): Promise<void> {
  await requirePassword(user.id, input.current, 'current')
  await refuseGuessable(input.password, [user.name, user.email], 'password')
  const passwordHash = await slowHash(input.password)
  await inTransaction(async (tx) => {
    await tx.user.update({ where: { id: user.id }, data: { passwordHash, passwordChangedAt: new Date() } })
    await revokeSessions(user.id, { allBut: user.sessionId }, tx)
    await dropOneTimeLinks(tx, user.id)
    await recordAudit(tx, { actorId: user.id, action: 'password.change', target: personTarget(user), headers })
  })
}

interface EmailChange {
  email: string
  locale: Locale
  headers: Headers
}

/** Another e-mail. With a mail server the new address must answer first; without one it counts at once. */
export async function changeEmail(user: SignedInUser, change: EmailChange): Promise<ChangedEmail> {
  const { email, locale, headers } = change
  if (email === user.email) return { confirm: false }
  if (!canSendMail()) {
    await settingEmail((tx) => setEmail(tx, user.id, { email, isProven: false, headers }))
    return { confirm: false }
  }
  const origin = requireOwnOrigin(headers)
  await requireAttempt(mails, user.id)
  await requireAttempt(mails, email)
  const token = await inTransaction((tx) => createOneTimeLink(tx, user.id, { purpose: 'email', email }))
  const t = createTranslator({ locale, messages: locale === 'en' ? english : chinese, namespace: 'mail' })
  const link = `${origin}/confirm/${token}`
  await sendMail({ to: email, subject: t('emailSubject'), text: t('emailText', { name: user.name, link }) })
  return { confirm: true }
}

/**
 * The new address answered. In one transaction: a password that is changed meanwhile either finds the link unused, and
 * takes it away, or the new address set.
 */
export async function confirmEmail(token: string, headers: Headers): Promise<void> {
  await settingEmail(async (tx) => {
    const link = await takeOneTimeLink(tx, token, 'email')
    if (!link?.email) throw new ApiError('link_gone', 'This link was used, or is older than an hour.')
    await setEmail(tx, link.userId, { email: link.email, isProven: true, headers })
  })
}

async function setEmail(
  tx: Transaction,
  userId: string,
  { email, isProven, headers }: { email: string; isProven: boolean; headers: Headers },
): Promise<void> {
  await tx.user.update({ where: { id: userId }, data: { email, emailVerified: isProven ? new Date() : null } })
  await dropOneTimeLinks(tx, userId)
  const target = { kind: 'person', id: userId, name: email }
  await recordAudit(tx, { actorId: userId, action: 'email.change', target, headers })
}

async function settingEmail(work: (tx: Transaction) => Promise<void>): Promise<void> {
  try {
    await inTransaction(work)
  } catch (error) {
    if (sqlStateOf(error) !== SqlState.uniqueViolation) throw error
    // biome-ignore lint/style/useErrorCause: the rule knows the cause only as the second argument.
    throw new ApiError('email_taken', 'Somebody has an account with this e-mail already.', {
      field: 'email',
      cause: error,
    })
  }
  forgetCheckedSessions()
}
