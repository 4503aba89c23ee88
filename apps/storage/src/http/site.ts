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

function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase()
}

/** The last two labels of a name, all of an address: never more than what browsers call a site under a plain domain. */
function siteOf(name: string): string {
  if (/^[0-9.]+$/.test(name) || name.startsWith('[')) return name
  return name.split('.').slice(-2).join('.')
}
