import type { z } from 'zod'
import { ApiError } from '../../lib/api-error.ts'
import { inTransaction } from '../../lib/db.ts'
import { newPublicId } from '../../lib/public-id.ts'
import { readSettings } from '../../lib/settings.ts'
import { hashPassword } from './password.ts'
import type { Registered, registerSchema } from './schema.ts'

/**
 * Makes a person with a top folder and a quota. The first one becomes administrator; a sign-up that is not open
 * lets nobody in but that first one.
 */
export async function register(input: z.infer<typeof registerSchema>): Promise<Registered> {
  const passwordHash = await hashPassword(input.password)
  const { signup, quotaDefaultBytes } = await readSettings()
  return await inTransaction(async (tx) => {
    // Registrations wait for each other here: two that come at once must not both find an empty table.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('cairn.register', 0))`
    const isFirst = (await tx.user.findFirst({ select: { id: true } })) === null
    if (!isFirst && signup !== 'open') throw new ApiError('signup_closed', 'Accounts are made by invitation here.')
    const taken = await tx.user.findUnique({ where: { email: input.email }, select: { id: true } })
    if (taken)
      throw new ApiError('email_taken', 'Somebody has an account with this e-mail already.', { field: 'email' })
    await tx.user.create({
      data: {
        publicId: newPublicId(),
        name: input.name,
        email: input.email,
        passwordHash,
        role: isFirst ? 'admin' : 'user',
        quota: { create: { allowed: BigInt(quotaDefaultBytes) } },
        entries: { create: { publicId: newPublicId(), kind: 0, name: '', sortKey: '' } },
      },
    })
    return { admin: isFirst }
  })
}
