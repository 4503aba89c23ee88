import { ApiError } from './api-error.ts'
import { env } from './env.ts'
import { ownOrigin } from './own-origin.ts'

/** The origin under which this request reached us. Throws bad_request for a host name that is not ours. */
export function requireOwnOrigin(headers: Headers): string {
  const origin = ownOrigin(headers, env().origins)
  if (!origin) throw new ApiError('bad_request', 'This is not our host name.')
  return origin
}
