import { changeEmail } from '../../../../features/account/commands.ts'
import { requirePassword } from '../../../../features/account/require-password.ts'
import { changeEmailSchema } from '../../../../features/account/schema.ts'
import { requireUser } from '../../../../features/auth/session.ts'
import { requestLocale } from '../../../../i18n/locale.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: changeEmailSchema,
  handle: async ({ user, body, request: { headers } }) => {
    await requirePassword(user.id, body.password)
    return changeEmail(user, { email: body.email, locale: requestLocale(headers), headers })
  },
})
