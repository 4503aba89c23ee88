/**
 * `Cross-Origin-Resource-Policy` of downloads: pages of the web application may embed them, other sites may not. Where storage and web
 * application live under different sites, a browser can no longer tell the two apart, and only the ticket protects.
 */
export function crossOriginPolicy(
  host: string | undefined,
  webOrigins: readonly string[],
): 'same-site' | 'cross-origin' {
  const site = siteOf(hostName(host ?? ''))
  return webOrigins.some((origin) => siteOf(hostName(origin.replace(/^https?:\/\//, ''))) === site)
    ? 'same-site'
    : 'cross-origin'
}

/**
 * Where the browser of a request reaches the web application: under the name that it knows this storage by, if an origin
 * has that name (a phone in the same network knows no `localhost` of ours), else at `webUrl`.
 */
export function webUrlFor(host: string | undefined, webUrl: string, webOrigins: readonly string[]): string {
  const name = hostName(host ?? '')
  const nameOf = (url: string) => hostName(url.replace(/^https?:\/\//, '').replace(/\/.*$/, ''))
  if (nameOf(webUrl) === name) return webUrl
  return webOrigins.find((origin) => nameOf(origin) === name) ?? webUrl
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase()
}

/** The last two labels of a name, all of an address: never more than what browsers call a site under a plain domain. */
function siteOf(name: string): string {
  if (/^[0-9.]+$/.test(name) || name.startsWith('[')) return name
  return name.split('.').slice(-2).join('.')
}
