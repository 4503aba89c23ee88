export interface Client {
  userAgent: string
  ip: string
}

/**
 * Where a request came from, as far as it can be known: the last address of X-Forwarded-For is the one that the
 * nearest proxy (or Next itself, without a proxy) saw. It is for people and for limits, never for permissions.
 */
export function clientOf(headers: Headers): Client {
  const addresses = headers.get('x-forwarded-for')?.split(',') ?? []
  return { userAgent: headers.get('user-agent') ?? '', ip: addresses.at(-1)?.trim() ?? '' }
}
