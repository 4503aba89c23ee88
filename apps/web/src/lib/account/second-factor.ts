import { randomInt } from 'node:crypto'
import { generateSecret, generateURI, verify } from 'otplib'
import type { Transaction } from '../db.ts'
import { keyedHash, seal, unseal } from '../seal.ts'
import { RECOVERY_CODES } from './account-rules.ts'

const STEP_SECONDS = 30
const SECRET_BYTES = 20
const RECOVERY_CODE_LENGTH = 10
// Without symbols that are mistaken for another.
const RECOVERY_ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz'
const ISSUER = 'Cairn'

const purposeOf = (userId: string) => `totp/${userId}`
const plain = (code: string) => code.replace(/[\s-]/g, '').toLowerCase()
const hashOfRecoveryCode = (userId: string, code: string) => keyedHash(`recovery/${userId}`, plain(code))

/** Whether this person is asked for a code at the door. */
export async function hasSecondFactor(tx: Transaction, userId: string): Promise<boolean> {
  return (await tx.totp.findFirst({ where: { userId, confirmedAt: { not: null } }, select: { userId: true } })) !== null
}

/** A new secret, kept encrypted and not asked for until a code of it was seen. Replaces one that was never confirmed. */
export async function startTotp(
  tx: Transaction,
  userId: string,
  email: string,
): Promise<{ secret: string; uri: string }> {
  const secret = generateSecret({ length: SECRET_BYTES })
  const data = { secret: seal(purposeOf(userId), secret), lastStep: 0n, createdAt: new Date() }
  await tx.totp.upsert({ where: { userId }, create: { userId, ...data }, update: data })
  return { secret, uri: generateURI({ issuer: ISSUER, label: email, secret }) }
}

/** Takes a code of the authenticator. Each is taken once, one step of clock difference is forgiven. */
export async function takeTotpCode(tx: Transaction, userId: string, code: string): Promise<boolean> {
  const digits = plain(code)
  const totp = await tx.totp.findUnique({ where: { userId } })
  const secret = totp && unseal(purposeOf(userId), totp.secret)
  if (!totp || !secret || !/^\d{6}$/.test(digits)) return false
  const afterTimeStep = Number(totp.lastStep)
  const checked = await verify({ secret, token: digits, epochTolerance: STEP_SECONDS, afterTimeStep })
  if (!checked.valid || !('timeStep' in checked)) return false
  const step = BigInt(checked.timeStep)
  const { count } = await tx.totp.updateMany({ where: { userId, lastStep: { lt: step } }, data: { lastStep: step } })
  return count === 1
}

/** Uses a recovery code up. */
export async function takeRecoveryCode(tx: Transaction, userId: string, code: string): Promise<boolean> {
  const { count } = await tx.recoveryCode.updateMany({
    where: { userId, codeHash: hashOfRecoveryCode(userId, code), usedAt: null },
    data: { usedAt: new Date() },
  })
  return count === 1
}

/** New recovery codes instead of all older ones. This is the only time they can be read. */
export async function replaceRecoveryCodes(tx: Transaction, userId: string): Promise<string[]> {
  await tx.recoveryCode.deleteMany({ where: { userId } })
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode)
  await tx.recoveryCode.createMany({
    data: codes.map((code) => ({ userId, codeHash: hashOfRecoveryCode(userId, code) })),
  })
  return codes
}

function newRecoveryCode(): string {
  const symbols = Array.from({ length: RECOVERY_CODE_LENGTH }, () =>
    RECOVERY_ALPHABET.charAt(randomInt(RECOVERY_ALPHABET.length)),
  ).join('')
  return `${symbols.slice(0, RECOVERY_CODE_LENGTH / 2)}-${symbols.slice(RECOVERY_CODE_LENGTH / 2)}`
}
