import { ApiError } from '../../../lib/api-error.ts'
import { requireUser, type SignedInUser } from '../../auth/session.ts'

/** As requireUser; everybody who is no administrator hears that there is nothing here, so that nothing leaks. */
export async function adminOnly(headers: Headers): Promise<SignedInUser> {
  const user = await requireUser(headers)
  if (user.role !== 'admin') throw new ApiError('not_found', 'There is nothing to open here.')
  return user
}
