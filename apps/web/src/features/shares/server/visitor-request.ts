import { type Client, clientOf } from '../../../lib/client-address.ts'
import { requireOwnOrigin } from '../../../lib/request-origin.ts'

/** A request of somebody who need not be signed in. */
export interface VisitorRequest {
  headers: Headers
  /** Ours, by which they came. */
  origin: string
  client: Client
}

export function visitorRequest(headers: Headers): VisitorRequest {
  return { headers, origin: requireOwnOrigin(headers), client: clientOf(headers) }
}
