import { Prisma } from '../generated/prisma/client.ts'
import type { Transaction } from './db.ts'

/** Bytes to add to what a person keeps and to what uploads in progress have reserved; negative ones give back. */
interface SpaceChange {
  used?: bigint
  reserved?: bigint
}

/** Bytes that the owner may still add. With `lock` it stays true until the end of the transaction. */
export async function freeSpace(tx: Transaction, ownerId: string, options: { lock?: boolean } = {}): Promise<number> {
  const [quota] = await tx.$queryRaw<{ free: bigint }[]>`
    SELECT allowed - used - reserved AS free FROM quota
    WHERE user_id = ${ownerId} ${options.lock ? Prisma.sql`FOR UPDATE` : Prisma.empty}`
  return Number(quota?.free ?? 0n)
}

/**
 * Every change of a person's space goes through here. What takes more of it must fit under the limit: when it does not,
 * nothing changes and the answer is false. What gives back, or turns a reservation into kept bytes, always succeeds,
 * also above a limit that was lowered meanwhile.
 */
export async function changeSpace(tx: Transaction, ownerId: string, change: SpaceChange): Promise<boolean> {
  const { used = 0n, reserved = 0n } = change
  const grows = used + reserved > 0n
  const changed = await tx.$executeRaw`
    UPDATE quota SET used = used + ${used}, reserved = reserved + ${reserved}
    WHERE user_id = ${ownerId} AND (NOT ${grows} OR used + reserved + ${used + reserved} <= allowed)`
  return changed === 1
}
