import { getSetup } from '../../../features/auth/queries.ts'
import { apiRoute } from '../../../lib/api-route.ts'

export const GET = apiRoute({ handle: () => getSetup() })
