const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Whether a request may change something. Storages are the same *site* as this application (ports do not count), so
 * SameSite cookies do not keep their pages out: the browser's own word that the request is same-origin is needed, or,
 * from clients that do not send it, an Origin that is ours. A request with neither is refused.
 */
export function mayChange(method: string, headers: Headers, origins: readonly string[]): boolean {
  if (SAFE_METHODS.has(method)) return true
  const site = headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const origin = headers.get('origin')
  return origin !== null && origins.includes(origin)
}
