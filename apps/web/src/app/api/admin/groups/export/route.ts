import { csvDownload } from '../../../../../features/admin/server/download.ts'
import { requireAdmin } from '../../../../../features/auth/session.ts'
import { listQuotaGroups } from '../../../../../features/quota/groups.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

const head = ['name', 'members', 'space_bytes', 'used_bytes', 'reserved_bytes']

export const GET = apiRoute({
  user: requireAdmin,
  handle: async () => {
    const { groups } = await listQuotaGroups()
    const rows = groups.map((group) => {
      return [group.name, group.members, group.allowedBytes, group.usedBytes, group.reservedBytes]
    })
    return csvDownload('groups', head, rows)
  },
})
