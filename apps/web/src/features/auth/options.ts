import { PrismaAdapter } from '@auth/prisma-adapter'
import type { NextAuthOptions } from 'next-auth'
import type { Adapter } from 'next-auth/adapters'
import credentialsProvider from 'next-auth/providers/credentials'
import { db } from '../../lib/db.ts'
import { env } from '../../lib/env.ts'
import { log } from '../../lib/log.ts'
import { cookieNames } from '../../lib/own-origin.ts'
import { admitByOidc, OIDC, oidcProviders } from './oidc.ts'
import { revokeSessions, SESSION_SECONDS, userOfSession } from './session.ts'
import { enter, signInByCode, signInByPassword } from './sign-in.ts'

declare module 'next-auth' {
  interface User {
    /** Id of the session row that this sign-in made. */
    sid?: string
  }
}

function cookies(origin: string): NextAuthOptions['cookies'] {
  const names = cookieNames(origin)
  const options = { httpOnly: true, sameSite: 'lax', path: '/', secure: origin.startsWith('https:') } as const
  return {
    sessionToken: { name: names.session, options },
    csrfToken: { name: names.csrf, options },
    callbackUrl: { name: names.callbackUrl, options },
    pkceCodeVerifier: { name: names.pkce, options },
    state: { name: names.state, options },
    nonce: { name: names.nonce, options },
  }
}

/** Where to go next: an address of ours as it is, anything else leads home. */
function ownAddress(url: string, baseUrl: string): string {
  if (!URL.canParse(url, baseUrl)) return baseUrl
  const address = new URL(url, baseUrl)
  return address.origin === baseUrl ? address.href : baseUrl
}

/** A function and not a constant: `next build` imports this module without an environment. */
export function authOptions(origin: string, headers: Headers): NextAuthOptions {
  return {
    // The adapter types its models more widely than Prisma generates them.
    adapter: PrismaAdapter(db()) as Adapter,
    secret: env().secret,
    session: { strategy: 'jwt', maxAge: SESSION_SECONDS },
    cookies: cookies(origin) ?? {},
    pages: { signIn: '/sign-in' },
    providers: [
      credentialsProvider({
        credentials: { email: {}, password: { type: 'password' }, token: {}, code: {} },
        // The second step comes with the token of the first instead of the password.
        authorize: (typed) =>
          typed?.token
            ? signInByCode(typed.token, typed.code, headers)
            : signInByPassword(typed?.email ?? '', typed?.password ?? '', headers),
      }),
      ...oidcProviders(),
    ],
    callbacks: {
      redirect: ({ url, baseUrl }) => ownAddress(url, baseUrl),
      signIn: async ({ account, profile }) => {
        if (account?.provider !== OIDC) return true
        const refusal = await admitByOidc(account, profile, headers)
        return refusal === null ? true : `/sign-in?error=${refusal}`
      },
      jwt: async ({ token, user, account }) => {
        if (account?.provider === OIDC) {
          const person = await db().user.findUniqueOrThrow({ where: { id: user.id } })
          return { ...token, sid: (await enter(person, 'oidc', headers)).sid }
        }
        if (user) return { ...token, sid: user.sid }
        const sessionId = token['sid']
        if (typeof sessionId === 'string' && (await userOfSession(sessionId))) return token
        throw new Error('The session was ended.')
      },
    },
    events: {
      signOut: async ({ token }) => {
        const sessionId = token?.['sid']
        if (token?.sub && typeof sessionId === 'string') await revokeSessions(token.sub, { only: sessionId })
      },
    },
    logger: {
      error: (code, metadata) => log().warn({ code, err: metadata }, 'next-auth'),
      warn: (code) => log().debug({ code }, 'next-auth'),
      debug: () => undefined,
    },
  }
}
