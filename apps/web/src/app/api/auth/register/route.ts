import { registerFrom } from '../../../../features/auth/commands.ts'
import { registerSchema } from '../../../../features/auth/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  body: registerSchema,
  status: 201,
  handle: ({ body, request }) => registerFrom(request.headers, body),
})
