import { settingsChangeSchema } from '../../../../features/admin/schema.ts'
import { changeSettings, getSettings } from '../../../../features/admin/server/change-settings.ts'
import { requireAdmin } from '../../../../features/auth/session.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const GET = apiRoute({ user: requireAdmin, handle: () => getSettings() })

export const PATCH = apiRoute({
  user: requireAdmin,
  body: settingsChangeSchema,
  handle: ({ user, body, request }) => changeSettings({ id: user.id, headers: request.headers }, body),
})
