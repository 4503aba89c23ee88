import { ApiError } from '../../../lib/api-error.ts'
import { recordAudit } from '../../../lib/audit.ts'
import { inTransaction, type Transaction } from '../../../lib/db.ts'
import { forgetCheckedSessions } from '../../auth/session.ts'
import type { PersonChange } from '../schema.ts'

interface Admin {
  id: string
  headers: Headers
}

interface Person {
  id: string
  name: string
  role: string
  disabledAt: Date | null
}

/** Changes what an administrator decides about a person. Nobody takes the last administrator away. */
export async function changePerson(admin: Admin, publicId: string, change: PersonChange): Promise<void> {
  await inTransaction(async (tx) => {
    // One after the other: two administrators who disable each other at once must not both succeed.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('cairn.administrators', 0))`
    const person = await findPerson(tx, publicId)
    await changeQuota(tx, admin, person, change)
    await changeRole(tx, admin, person, change.role)
    await changeState(tx, admin, person, change.disabled)
  })
  forgetCheckedSessions()
}

/** A person by the name that pages know. */
export async function findPerson(tx: Transaction, publicId: string): Promise<Person> {
  const user = await tx.user.findUnique({ where: { publicId } })
  if (!user) throw new ApiError('not_found', 'There is no such person.')
  return { id: user.id, name: user.name ?? user.email, role: user.role, disabledAt: user.disabledAt }
}

async function changeQuota(tx: Transaction, admin: Admin, person: Person, change: PersonChange): Promise<void> {
  const { quotaBytes, groupId } = change
  if (quotaBytes !== undefined) {
    const before = await tx.quota.findUniqueOrThrow({ where: { userId: person.id } })
    await tx.quota.update({ where: { userId: person.id }, data: { allowed: BigInt(quotaBytes) } })
    await note(tx, admin, { action: 'person.quota', person, detail: { from: Number(before.allowed), to: quotaBytes } })
  }
  if (groupId !== undefined) {
    const group = groupId === null ? null : await tx.quotaGroup.findUnique({ where: { id: groupId } })
    if (groupId !== null && !group) throw new ApiError('not_found', 'There is no such group.')
    await tx.quota.update({ where: { userId: person.id }, data: { groupId } })
    await note(tx, admin, { action: 'person.group', person, detail: { to: group?.name ?? null } })
  }
}

async function changeRole(tx: Transaction, admin: Admin, person: Person, role: PersonChange['role']): Promise<void> {
  if (role === undefined || role === person.role) return
  if (role === 'user') await refuseForLastAdmin(tx, person)
  await tx.user.update({ where: { id: person.id }, data: { role } })
  await note(tx, admin, { action: 'person.role', person, detail: { from: person.role, to: role } })
}

async function changeState(tx: Transaction, admin: Admin, person: Person, disabled?: boolean): Promise<void> {
  if (disabled === undefined || disabled === (person.disabledAt !== null)) return
  if (!disabled) {
    await tx.user.update({ where: { id: person.id }, data: { disabledAt: null } })
    await note(tx, admin, { action: 'person.enable', person })
    return
  }
  await refuseForLastAdmin(tx, person)
  const now = new Date()
  await tx.user.update({ where: { id: person.id }, data: { disabledAt: now } })
  // Enabled again, nobody comes back in with a session of before.
  await tx.session.updateMany({ where: { userId: person.id, revokedAt: null }, data: { revokedAt: now } })
  await note(tx, admin, { action: 'person.disable', person })
}

async function refuseForLastAdmin(tx: Transaction, person: Person): Promise<void> {
  const others = await tx.user.count({ where: { role: 'admin', disabledAt: null, id: { not: person.id } } })
  if (others === 0) {
    throw new ApiError('last_admin', 'This is the last administrator. Make somebody else one first.')
  }
}

interface Note {
  action: string
  person: Person
  detail?: Record<string, string | number | null>
}

async function note(tx: Transaction, admin: Admin, { action, person, detail }: Note): Promise<void> {
  const target = { kind: 'person', id: person.id, name: person.name }
  await recordAudit(tx, { actorId: admin.id, action, target, headers: admin.headers, ...(detail ? { detail } : {}) })
}
