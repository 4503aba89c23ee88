import { createTranslator } from 'next-intl'
import { english } from '../../../messages/en/index.ts'
import { chinese } from '../../../messages/zh-CN/index.ts'
import type { Locale } from '../../i18n/locale.ts'
import {
  createOneTimeLink,
  dropOneTimeLinks,
  findOneTimeLink,
  takeOneTimeLink,
} from '../../lib/account/one-time-links.ts'
import { refuseGuessable } from '../../lib/account/password.ts'
import { slowHash } from '../../lib/account/slow-hash.ts'
import { addressKey } from '../../lib/address-key.ts'
import { ApiError } from '../../lib/api-error.ts'
import { type AttemptLimit, countAttempt, requireAttempt } from '../../lib/attempts.ts'
import { recordAudit } from '../../lib/audit.ts'
import { clientOf } from '../../lib/client-address.ts'
import { db, inTransaction, type Transaction } from '../../lib/db.ts'
import { log } from '../../lib/log.ts'
import { canSendMail, sendMail } from '../../lib/mail.ts'
import { requireOwnOrigin } from '../../lib/request-origin.ts'
import { revokeSessions } from './session.ts'

const MINUTE = 60
const asksByAddress: AttemptLimit = { name: 'reset', max: 10, windowSeconds: 15 * MINUTE }
const mailsByPerson: AttemptLimit = { name: 'reset-mail', max: 3, windowSeconds: 60 * MINUTE }
const triesByAddress: AttemptLimit = { name: 'reset-link', max: 20, windowSeconds: 15 * MINUTE }

/** The path of a page where this person can choose a password once within the hour. Whoever has it can. */
export async function createResetLink(tx: Transaction, personId: string): Promise<string> {
  return `/reset/${await createOneTimeLink(tx, personId, { purpose: 'password' })}`
}

/**
 * Somebody forgot a password. The answer is the same, and as fast, whether anybody has this e-mail: what there is to do
 * is done after it.
 */
export async function askForReset(email: string, locale: Locale, headers: Headers): Promise<void> {
  await requireAttempt(asksByAddress, addressKey(clientOf(headers).ip))
  const origin = requireOwnOrigin(headers)
  if (!canSendMail()) return
  mailResetLink(email, locale, origin).catch((err: unknown) => log().error({ err }, 'a reset link was not sent'))
}

async function mailResetLink(email: string, requestLocale: Locale, origin: string): Promise<void> {
  const user = await db().user.findUnique({ where: { email } })
  if (!user || user.disabledAt) return
  if ((await countAttempt(mailsByPerson, user.id)) > 0) return
  const link = origin + (await inTransaction((tx) => createResetLink(tx, user.id)))
  const locale = user.locale === 'zh-CN' || user.locale === 'en' ? user.locale : requestLocale
  const t = createTranslator({ locale, messages: locale === 'en' ? english : chinese, namespace: 'mail' })
  await sendMail({ to: email, subject: t('resetSubject'), text: t('resetText', { name: user.name ?? email, link }) })
}

/** Whether the link of a reset page can still be used. */
export async function isResetLinkGood(token: string): Promise<boolean> {
  return (await findOneTimeLink(db(), token, 'password')) !== null
}

/** Sets a password by a link. Every session ends: whoever was in with the old one is out. */
export async function resetPassword(token: string, password: string, headers: Headers): Promise<void> {
  await requireAttempt(triesByAddress, addressKey(clientOf(headers).ip))
  const gone = () => new ApiError('link_gone', 'This link was used, or is older than an hour.')
  const link = await findOneTimeLink(db(), token, 'password')
  if (!link) throw gone()
  await refuseGuessable(password, [link.user.name ?? '', link.user.email], 'password')
  const passwordHash = await slowHash(password)
  await inTransaction(async (tx) => {
    const taken = await takeOneTimeLink(tx, token, 'password')
    if (!taken) throw gone()
    const { id, email } = taken.user
    await tx.user.update({ where: { id }, data: { passwordHash, passwordChangedAt: new Date() } })
    await revokeSessions(id, { allBut: null }, tx)
    await dropOneTimeLinks(tx, id)
    const target = { kind: 'person', id, name: email }
    await recordAudit(tx, { actorId: id, action: 'password.reset', target, headers })
  })
}
