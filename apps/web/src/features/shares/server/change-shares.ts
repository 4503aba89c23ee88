import { hashOfToken } from '../../../lib/account/secret-token.ts'
import { recordAudit } from '../../../lib/audit.ts'
import { inTransaction, type Transaction } from '../../../lib/db.ts'
import { recordActivity } from '../../../lib/entries/activity.ts'
import { notFound, openEntries } from '../../../lib/entries/open-entries.ts'
import { newPublicId } from '../../../lib/public-id.ts'
import type { CreateShare, ShareSettings, ShareWithCode, UpdateShare } from '../schema.ts'
import { hashCode, newCode } from './code.ts'
import { getShare } from './list-shares.ts'
import { newToken, sealToken } from './token.ts'

/** Who acts, by which of our addresses, with the headers of the request for the audit log. */
interface Owner {
  id: string
  origin: string
  headers: Headers
}

function columnsOf({ allowDownload, expiresAt, maxDownloads, maxViews }: Partial<ShareSettings>) {
  return {
    ...(allowDownload === undefined ? {} : { allowDownload }),
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt === null ? null : new Date(expiresAt) }),
    ...(maxDownloads === undefined ? {} : { maxDownloads }),
    ...(maxViews === undefined ? {} : { maxViews }),
  }
}

async function audit(tx: Transaction, owner: Owner, action: string, target: { id: string; name: string }) {
  await recordAudit(tx, { actorId: owner.id, action, target: { kind: 'share', ...target }, headers: owner.headers })
}

/** Makes a link to entries of this person. Throws not_found when one is missing, someone else's or in trash. */
export async function createShare(owner: Owner, wanted: CreateShare): Promise<ShareWithCode> {
  const { ids, withCode, ...settings } = wanted
  const token = newToken()
  const publicId = newPublicId()
  const code = withCode ? newCode() : null
  const codeHash = code === null ? null : await hashCode(code)
  await inTransaction(async (tx) => {
    const byId = new Map((await openEntries(tx, owner.id, ids)).map((entry) => [entry.publicId, entry]))
    const entries = [...new Set(ids)].flatMap((id) => byId.get(id) ?? [])
    const title = entries[0]?.name ?? ''
    const share = await tx.share.create({
      data: {
        publicId,
        tokenHash: hashOfToken(token),
        tokenSealed: sealToken(token, publicId),
        ownerId: owner.id,
        title,
        codeHash,
        ...columnsOf(settings),
        items: { create: entries.map((entry, position) => ({ entryId: entry.id, position })) },
      },
    })
    await recordActivity(
      tx,
      entries.map((entry) => ({ entryId: entry.id, actorId: owner.id, kind: 'shared' as const })),
    )
    await audit(tx, owner, 'share.create', { id: share.publicId, name: title })
  })
  return { share: await getShare(owner.id, publicId, owner.origin), code }
}

/** What people change in the dialog, at once and one by one. A new code ends the visits that the old one began. */
export async function updateShare(owner: Owner, publicId: string, change: UpdateShare): Promise<ShareWithCode> {
  const code = change.code === 'new' ? newCode() : null
  const codeHash = code === null ? null : await hashCode(code)
  await inTransaction(async (tx) => {
    const share = await tx.share.findFirst({ where: { ownerId: owner.id, publicId }, include: { items: true } })
    if (!share) throw notFound()
    await tx.share.update({
      where: { id: share.id },
      data: {
        ...columnsOf(change as Partial<ShareSettings>),
        ...(change.code === undefined ? {} : { codeHash, codeRound: { increment: 1 } }),
        ...(change.revoked === undefined ? {} : { revokedAt: change.revoked ? new Date() : null }),
      },
    })
    const target = { id: publicId, name: share.title }
    if (change.revoked !== undefined && change.revoked !== (share.revokedAt !== null)) {
      await audit(tx, owner, change.revoked ? 'share.revoke' : 'share.restore', target)
      const kind = change.revoked ? ('unshared' as const) : ('shared' as const)
      await recordActivity(
        tx,
        share.items.map(({ entryId }) => ({ entryId, actorId: owner.id, kind })),
      )
    }
    if (change.code !== undefined) await audit(tx, owner, 'share.code', target)
  })
  return { share: await getShare(owner.id, publicId, owner.origin), code }
}
