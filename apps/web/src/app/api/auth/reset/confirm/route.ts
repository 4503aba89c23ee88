import { z } from 'zod'
import { resetPassword } from '../../../../../features/auth/reset.ts'
import { newPasswordSchema, secretTokenSchema } from '../../../../../lib/account/schemas.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const POST = apiRoute({
  body: z.object({ token: secretTokenSchema, password: newPasswordSchema }),
  handle: ({ body, request }) => resetPassword(body.token, body.password, request.headers),
})
