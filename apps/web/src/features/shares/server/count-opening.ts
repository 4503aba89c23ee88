import { addressKey } from '../../../lib/address-key.ts'
import { ApiError } from '../../../lib/api-error.ts'
import { countAttempt } from '../../../lib/attempts.ts'
import type { LiveShare } from './open-share.ts'

const WINDOW_SECONDS = 10 * 60
/** A school behind one address may open what its teacher sent. */
const OPENINGS_MAX = 100
/** Somebody's laptop, phone and private window. */
const OPENINGS_MIN = 3

/** Half of what a link has to give. */
function openingsMax({ maxViews, maxDownloads }: LiveShare): number {
  const limits = [maxViews, maxDownloads].filter((limit) => limit !== null)
  const half = Math.ceil(Math.min(...limits) / 2)
  return Math.min(OPENINGS_MAX, Math.max(OPENINGS_MIN, half))
}

/**
 * Counts a browser that was not here before. Who forgets its cookies is a new visitor each time: one address must not
 * use up in a moment what was meant for many. Throws share_crowded.
 */
export async function requireOpening(share: LiveShare, ip: string): Promise<void> {
  const limit = { name: 'share-opening', max: openingsMax(share), windowSeconds: WINDOW_SECONDS }
  const retryAfterSeconds = await countAttempt(limit, share.publicId, addressKey(ip))
  if (retryAfterSeconds === 0) return
  throw new ApiError('share_crowded', 'Too many visitors came from this address at once.', {
    detail: { retryAfterSeconds },
  })
}
