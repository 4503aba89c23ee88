import { requireUser } from '../../../../../features/auth/session.ts'
import { renewTicketSchema, uploadParamsSchema } from '../../../../../features/uploads/schema.ts'
import { renewTicket } from '../../../../../features/uploads/server/renew-ticket.ts'
import { senderOf } from '../../../../../features/uploads/server/sender.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  params: uploadParamsSchema,
  query: renewTicketSchema,
  handle: ({ user, params, query, request }) =>
    renewTicket({ ...user, ...senderOf(request.headers, query.device) }, params.id, query),
})
