import { requireUser } from '../../../../../../features/auth/session.ts'
import { entryParamsSchema } from '../../../../../../features/drive/schema.ts'
import { askVerification, cancelVerification, verificationOf } from '../../../../../../features/drive/verifications.ts'
import { apiRoute } from '../../../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireUser,
  params: entryParamsSchema,
  handle: async ({ user, params }) => ({ verification: await verificationOf(user.id, params.id) }),
})

export const POST = apiRoute({
  user: requireUser,
  params: entryParamsSchema,
  handle: async ({ user, params }) => ({ verification: await askVerification(user.id, params.id) }),
})

export const DELETE = apiRoute({
  user: requireUser,
  params: entryParamsSchema,
  handle: async ({ user, params }) => {
    await cancelVerification(user.id, params.id)
  },
})
