import { Prisma } from '../generated/prisma/client.ts'
import { ApiError } from './api-error.ts'
import type { Transaction } from './db.ts'

/** Bytes to add to what a person keeps and to what uploads in progress have reserved; negative ones give back. */
interface SpaceChange {
  used?: bigint
  reserved?: bigint
}

/** What may still be added, and the name of the group whose shared space is the limit; null: it is the person's own. */
export interface Space {
  freeBytes: number
  groupName: string | null
}

interface Row {
  free: bigint
  group_id: string | null
}

/** Space for one more. With `lock` it stays true until the end of the transaction. */
export async function spaceOf(tx: Transaction, ownerId: string, options: { lock?: boolean } = {}): Promise<Space> {
  const lock = options.lock ? Prisma.sql`FOR UPDATE` : Prisma.empty
  const [own] = await tx.$queryRaw<Row[]>`
    SELECT allowed - used - reserved AS free, group_id FROM quota WHERE user_id = ${ownerId} ${lock}`
  if (!own) return { freeBytes: 0, groupName: null }
  if (own.group_id === null) return { freeBytes: Number(own.free), groupName: null }
  // Always the person's row first and the group's second, as the triggers do.
  const [group] = await tx.$queryRaw<{ free: bigint; name: string }[]>`
    SELECT allowed - used - reserved AS free, name FROM quota_group WHERE id = ${own.group_id} ${lock}`
  if (!group || own.free <= group.free) return { freeBytes: Number(own.free), groupName: null }
  return { freeBytes: Number(group.free), groupName: group.name }
}

/** Bytes that the owner may still add, alone and in the group. With `lock` it stays true until the transaction ends. */
export async function freeSpace(tx: Transaction, ownerId: string, options: { lock?: boolean } = {}): Promise<number> {
  return (await spaceOf(tx, ownerId, options)).freeBytes
}

/** The refusal of something that does not fit: it says how much is missing, and whose space it is. */
export function notEnoughSpace({ freeBytes, groupName }: Space, wantedBytes: number): ApiError {
  const missingBytes = wantedBytes - Math.max(0, freeBytes)
  const where = groupName === null ? 'Not enough space' : `Not enough space in the group “${groupName}”`
  return new ApiError('quota_exceeded', `${where}: ${missingBytes} bytes more needed.`, {
    detail: { freeBytes: Math.max(0, freeBytes), missingBytes, ...(groupName === null ? {} : { group: groupName }) },
  })
}

/**
 * Every change of a person's space goes through here; triggers add it to the person's group. What takes more must fit
 * under both limits: when it does not, nothing changes and the answer is false. What gives back, or turns a reservation
 * into kept bytes, always succeeds, also above a limit that was lowered meanwhile.
 */
export async function changeSpace(tx: Transaction, ownerId: string, change: SpaceChange): Promise<boolean> {
  const { used = 0n, reserved = 0n } = change
  const grows = used + reserved > 0n
  const [changed] = await tx.$queryRaw<{ group_id: string | null }[]>`
    UPDATE quota SET used = used + ${used}, reserved = reserved + ${reserved}
    WHERE user_id = ${ownerId} AND (NOT ${grows} OR used + reserved + ${used + reserved} <= allowed)
    RETURNING group_id`
  if (!changed) return false
  if (!grows || changed.group_id === null || (await groupHolds(tx, changed.group_id))) return true
  await tx.$executeRaw`
    UPDATE quota SET used = used - ${used}, reserved = reserved - ${reserved} WHERE user_id = ${ownerId}`
  return false
}

/** The group's row is locked by the change that was just added to it, so all members who add are seen. */
async function groupHolds(tx: Transaction, groupId: string): Promise<boolean> {
  const [group] = await tx.$queryRaw<{ holds: boolean }[]>`
    SELECT used + reserved <= allowed AS holds FROM quota_group WHERE id = ${groupId}`
  return group?.holds ?? true
}
