import { addressKey } from '../../lib/address-key.ts'
import { type AttemptLimit, countAttempt, forgetAttempts } from '../../lib/attempts.ts'

const MINUTE = 60
const byPair: AttemptLimit = { name: 'sign-in', max: 10, windowSeconds: 15 * MINUTE }
// Addresses are cheap, so guesses at one e-mail are also counted in all; high, because this can shut its owner out.
const byEmail: AttemptLimit = { name: 'sign-in', max: 100, windowSeconds: 60 * MINUTE }
// One password tried on everybody: high, because a whole office can share an address.
const byAddress: AttemptLimit = { name: 'sign-in-address', max: 200, windowSeconds: 15 * MINUTE }

/** Counts an attempt to sign in. Returns the seconds to wait, 0 when it may go on. */
export async function countSignInAttempt(email: string, ip: string): Promise<number> {
  return Math.max(
    await countAttempt(byPair, email, addressKey(ip)),
    await countAttempt(byEmail, email),
    await countAttempt(byAddress, addressKey(ip)),
  )
}

/** After a success: the failures before it were the person's own slips. */
export async function forgetSignInAttempts(email: string, ip: string): Promise<void> {
  await forgetAttempts(byPair, email, addressKey(ip))
}

const codeByPair: AttemptLimit = { name: 'code', max: 5, windowSeconds: 15 * MINUTE }
// Whoever gets here knows the password: 20 codes of a million, three of them right, leave 1 in 16,000 an hour.
const codeByPerson: AttemptLimit = { name: 'code', max: 20, windowSeconds: 60 * MINUTE }

/** Counts a code that is tried as a second factor. Returns the seconds to wait, 0 when it may go on. */
export async function countCodeAttempt(userId: string, ip: string): Promise<number> {
  return Math.max(await countAttempt(codeByPair, userId, addressKey(ip)), await countAttempt(codeByPerson, userId))
}

export async function forgetCodeAttempts(userId: string, ip: string): Promise<void> {
  await forgetAttempts(codeByPair, userId, addressKey(ip))
}
