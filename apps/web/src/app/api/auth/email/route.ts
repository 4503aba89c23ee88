import { confirmEmail } from '../../../../features/account/commands.ts'
import { confirmEmailSchema } from '../../../../features/account/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  body: confirmEmailSchema,
  handle: ({ body, request }) => confirmEmail(body.token, request.headers),
})
