import { db } from '../../lib/db.ts'
import { env } from '../../lib/env.ts'
import { canSendMail } from '../../lib/mail.ts'
import { readSettings } from '../../lib/settings.ts'
import type { Me, Sessions, Setup } from './schema.ts'
import type { SignedInUser } from './session.ts'

/** What the sign-in and register pages need to know before anybody is signed in. */
export async function getSetup(): Promise<Setup> {
  const anybody = await db().user.findFirst({ select: { id: true } })
  return {
    firstUser: anybody === null,
    signup: (await readSettings()).signup,
    oidc: env().oidc?.name ?? null,
    mail: canSendMail(),
  }
}

export async function getMe(user: SignedInUser): Promise<Me> {
  const quota = await db().quota.findUniqueOrThrow({
    where: { userId: user.id },
    include: { group: true, user: { select: { locale: true, theme: true } } },
  })
  const { group } = quota
  return {
    id: user.publicId,
    name: user.name,
    email: user.email,
    role: user.role,
    quota: {
      allowedBytes: Number(quota.allowed),
      usedBytes: Number(quota.used),
      reservedBytes: Number(quota.reserved),
      ...(group
        ? {
            group: {
              name: group.name,
              allowedBytes: Number(group.allowed),
              usedBytes: Number(group.used),
              reservedBytes: Number(group.reserved),
            },
          }
        : {}),
    },
    ...(quota.user.locale === null ? {} : { locale: quota.user.locale }),
    ...(quota.user.theme === null ? {} : { theme: quota.user.theme }),
  }
}

export async function listSessions(user: SignedInUser): Promise<Sessions> {
  const rows = await db().session.findMany({
    where: { userId: user.id, revokedAt: null, expires: { gt: new Date() } },
    orderBy: { lastSeenAt: 'desc' },
  })
  return {
    sessions: rows.map((row) => ({
      id: row.sessionToken,
      current: row.sessionToken === user.sessionId,
      createdAt: row.createdAt.toISOString(),
      lastSeenAt: row.lastSeenAt.toISOString(),
      userAgent: row.userAgent,
      ip: row.ip,
    })),
  }
}
