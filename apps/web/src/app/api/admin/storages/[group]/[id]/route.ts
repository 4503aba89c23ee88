import { storageParamsSchema } from '../../../../../../features/admin/schema.ts'
import { takeOutStorage } from '../../../../../../features/admin/server/change-storage.ts'
import { readLastHour } from '../../../../../../features/admin/server/last-hour.ts'
import { readEvents } from '../../../../../../features/admin/server/storage-events.ts'
import { requireAdmin } from '../../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireAdmin,
  params: storageParamsSchema,
  handle: async ({ params: { group, id } }) => ({
    lastHour: await readLastHour(group, id),
    events: await readEvents(group, id),
  }),
})

export const DELETE = apiRoute({
  user: requireAdmin,
  params: storageParamsSchema,
  handle: ({ user, params, request }) => takeOutStorage({ id: user.id, headers: request.headers }, params),
})
