import { type NextRequest, NextResponse } from 'next/server'
import { contentSecurityPolicy } from './content-security-policy.ts'
import { storageOrigins } from './lib/dfs.ts'
import { env } from './lib/env.ts'
import { ownOrigin } from './lib/own-origin.ts'
import { PATH_HEADER } from './lib/path-header.ts'

const NONCE_BYTES = 18
/** As in the manifest. The service worker catches it; a device that has lost the worker asks the server. */
const HANDED_OVER = '/share-target'

/** Every page gets its own policy: which storages it may talk to is only known while it is asked for. */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const origin = ownOrigin(request.headers, env().origins)
  if (request.nextUrl.pathname === HANDED_OVER) return notReceived(origin ?? request.nextUrl.origin)
  // Pages look for what their address names, and PostgreSQL refuses texts with U+0000.
  if (/%00/.test(request.nextUrl.pathname + request.nextUrl.search)) return new NextResponse(null, { status: 400 })
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(NONCE_BYTES))).toString('base64')
  const policy = contentSecurityPolicy({
    nonce,
    storageOrigins: origin === undefined ? [] : await storageOrigins(origin),
    development: env().development,
  })
  const headers = new Headers(request.headers)
  headers.set('x-nonce', nonce)
  headers.set(PATH_HEADER, request.nextUrl.pathname + request.nextUrl.search)
  // Next reads the nonce for its own scripts from the policy of the request.
  headers.set('content-security-policy', policy)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  response.headers.set('referrer-policy', 'no-referrer')
  response.headers.set('x-content-type-options', 'nosniff')
  return response
}

/** The drive says that nothing arrived; what was sent is not even read. */
function notReceived(origin: string): NextResponse {
  return NextResponse.redirect(new URL('/drive#not-received', origin), 303)
}

export const config = {
  matcher: [
    {
      source: '/((?!api/|r$|_next/static|_next/image|favicon.ico|icon|apple-icon|manifest|sw\\.js$).*)',
      missing: [{ type: 'header', key: 'next-router-prefetch' }],
    },
  ],
}
