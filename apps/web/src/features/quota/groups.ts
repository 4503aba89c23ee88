import { ApiError } from '../../lib/api-error.ts'
import { recordAudit } from '../../lib/audit.ts'
import { db, inTransaction, SqlState, sqlStateOf, type Transaction } from '../../lib/db.ts'
import { newPublicId } from '../../lib/public-id.ts'
import type { QuotaGroupChange, QuotaGroupItem, QuotaGroupValues } from './schema.ts'

interface Admin {
  id: string
  headers: Headers
}

export async function listQuotaGroups(): Promise<{ groups: QuotaGroupItem[] }> {
  const rows = await db().quotaGroup.findMany({
    orderBy: { name: 'asc' },
    include: { _count: { select: { members: true } } },
  })
  return {
    groups: rows.map(({ id, name, allowed, used, reserved, _count }) => ({
      id,
      name,
      allowedBytes: Number(allowed),
      usedBytes: Number(used),
      reservedBytes: Number(reserved),
      members: _count.members,
    })),
  }
}

export async function createQuotaGroup(
  admin: Admin,
  { name, allowedBytes }: QuotaGroupValues,
): Promise<{ id: string }> {
  const id = newPublicId()
  await withFreeName(async (tx) => {
    await tx.quotaGroup.create({ data: { id, name, allowed: BigInt(allowedBytes) } })
    await audit(tx, admin, { action: 'group.create', id, name })
  })
  return { id }
}

/** Lowering the limit below what is kept refuses new files only. */
export async function changeQuotaGroup(admin: Admin, id: string, values: QuotaGroupChange): Promise<void> {
  const { name, allowedBytes } = values
  await withFreeName(async (tx) => {
    const group = await findGroup(tx, id)
    const allowed = allowedBytes === undefined ? group.allowed : BigInt(allowedBytes)
    await tx.quotaGroup.update({ where: { id }, data: { name: name ?? group.name, allowed } })
    await audit(tx, admin, { action: 'group.change', id, name: name ?? group.name })
  })
}

/** Its members stay, each with a quota of their own. */
export async function deleteQuotaGroup(admin: Admin, id: string): Promise<void> {
  await inTransaction(async (tx) => {
    const { name } = await findGroup(tx, id)
    // Members' rows before the group's, as everywhere.
    await tx.quota.updateMany({ where: { groupId: id }, data: { groupId: null } })
    await tx.quotaGroup.delete({ where: { id } })
    await audit(tx, admin, { action: 'group.delete', id, name })
  })
}

async function findGroup(tx: Transaction, id: string) {
  const group = await tx.quotaGroup.findUnique({ where: { id } })
  if (!group) throw new ApiError('not_found', 'There is no such group.')
  return group
}

async function withFreeName(work: (tx: Transaction) => Promise<void>): Promise<void> {
  try {
    await inTransaction(work)
  } catch (error) {
    if (sqlStateOf(error) !== SqlState.uniqueViolation) throw error
    // biome-ignore lint/style/useErrorCause: the rule knows the cause only as the second argument.
    throw new ApiError('name_taken', 'There is a group with this name already.', { field: 'name', cause: error })
  }
}

async function audit(tx: Transaction, admin: Admin, what: { action: string; id: string; name: string }): Promise<void> {
  const target = { kind: 'group', id: what.id, name: what.name }
  await recordAudit(tx, { actorId: admin.id, action: what.action, target, headers: admin.headers })
}
