import { storageParamsSchema } from '../../../../../../features/admin/schema.ts'
import { adminOnly } from '../../../../../../features/admin/server/admin-only.ts'
import { readLastHour } from '../../../../../../features/admin/server/samples.ts'
import { readEvents } from '../../../../../../features/admin/server/storage-events.ts'
import { apiRoute } from '../../../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: adminOnly,
  params: storageParamsSchema,
  handle: async ({ params: { group, id } }) => ({
    lastHour: await readLastHour(group, id),
    events: await readEvents(group, id),
  }),
})
