import type { Prisma } from '../generated/prisma/client.ts'
import { clientOf } from './client-address.ts'
import type { Transaction } from './db.ts'

const TARGET_NAME_CHARS_MAX = 300

interface AuditLine {
  /** Who did it; null when nobody was signed in, or when the system did it. */
  actorId: string | null
  /** What was done: `share.create`, `person.disable`, `sign_in.failed`. */
  action: string
  target?: { kind: string; id: string; name: string }
  /** Numbers and words that say more. Never secrets: no passwords, codes, tokens or links. */
  detail?: Prisma.InputJsonObject
  /** Of the request, for the address it came from. */
  headers?: Headers
}

/** Writes one line into the log that only grows, as part of the change that it is about. */
export async function recordAudit(tx: Transaction, line: AuditLine): Promise<void> {
  const { actorId, action, target, detail, headers } = line
  await tx.audit.create({
    data: {
      actorId,
      action,
      targetKind: target?.kind ?? null,
      targetId: target?.id ?? null,
      targetName: target?.name.slice(0, TARGET_NAME_CHARS_MAX) ?? null,
      detail: detail ?? {},
      ip: headers === undefined ? '' : clientOf(headers).ip,
    },
  })
}
