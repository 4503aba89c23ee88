import { z } from 'zod'
import { askForReset } from '../../../../features/auth/reset.ts'
import { requestLocale } from '../../../../i18n/locale.ts'
import { emailSchema } from '../../../../lib/account/schemas.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  body: z.object({ email: emailSchema }),
  status: 202,
  handle: async ({ body, request: { headers } }) => {
    await askForReset(body.email, requestLocale(headers), headers)
    return {}
  },
})
