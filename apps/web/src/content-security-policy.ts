type Policy = { nonce: string; storageOrigins: readonly string[]; development: boolean }

/**
 * What a page may load and talk to: itself, and the storages that hold files. Scripts need the page's nonce. Styles may
 * be inline: React writes style attributes, and none of them ever comes from what people typed.
 */
export function contentSecurityPolicy({ nonce, storageOrigins, development }: Policy): string {
  const storages = storageOrigins.map((origin) => ` ${origin}`).join('')
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    // Workers come from our own static files, which carry no policy: WebAssembly runs there and not in pages.
    "worker-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    `connect-src 'self'${storages}`,
    `img-src 'self' data: blob:${storages}`,
    `media-src 'self' blob:${storages}`,
    `frame-src 'self'${storages}`,
    "font-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}
