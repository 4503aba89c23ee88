const DEFAULT_HTTP_PORT = '80'

/**
 * Which of our own origins the request was sent to. The list decides, not the request: a host that is not in it
 * (DNS rebinding, a forged Host header) has no origin. `undefined` then.
 */
export function ownOrigin(headers: Headers, origins: readonly string[]): string | undefined {
  const hosts = [firstValue(headers.get('x-forwarded-host')), headers.get('host')]
  const scheme = firstValue(headers.get('x-forwarded-proto'))
  for (const host of hosts) {
    const candidates = origins.filter((origin) => new URL(origin).host === host?.toLowerCase())
    const exact = candidates.find((origin) => origin.startsWith(`${scheme}://`))
    if (exact ?? candidates[0]) return exact ?? candidates[0]
  }
  return undefined
}

function firstValue(header: string | null): string | undefined {
  return header?.split(',')[0]?.trim()
}

export interface CookieNames {
  session: string
  csrf: string
  callbackUrl: string
  /** Between leaving for a sign-in service and coming back. */
  pkce: string
  state: string
  nonce: string
}

/**
 * With https the __Host- prefix keeps other hosts of the domain from setting the cookie. With http the port is part of
 * the name: cookies ignore ports, and two instances on one host would sign each other out.
 */
export function cookieNames(origin: string): CookieNames {
  const url = new URL(origin)
  const nameOf = (what: string) =>
    url.protocol === 'https:' ? `__Host-cairn.${what}` : `cairn.${what}.${url.port || DEFAULT_HTTP_PORT}`
  return {
    session: nameOf('session'),
    csrf: nameOf('csrf'),
    callbackUrl: nameOf('callback'),
    pkce: nameOf('pkce'),
    state: nameOf('state'),
    nonce: nameOf('nonce'),
  }
}
