import { PrismaAdapter } from '@auth/prisma-adapter'
import type { NextAuthOptions } from 'next-auth'
import type { Adapter } from 'next-auth/adapters'
import credentialsProvider from 'next-auth/providers/credentials'
import type { Client } from '../../lib/client-address.ts'
import { db } from '../../lib/db.ts'
import { env } from '../../lib/env.ts'
import { log } from '../../lib/log.ts'
import { cookieNames } from '../../lib/own-origin.ts'
import { signInErrors } from './account-rules.ts'
import { isRightPassword } from './password.ts'
import { emailSchema } from './schema.ts'
import { revokeSessions, SESSION_SECONDS, startSession, userOfSession } from './session.ts'
import { countSignInAttempt, forgetSignInAttempts } from './sign-in-limits.ts'

declare module 'next-auth' {
  interface User {
    /** Id of the session row that this sign-in made. */
    sid?: string
  }
}

/** Checks an e-mail and a password and starts a session; null when they do not fit. Throws when tried too often. */
async function signIn(email: string, password: string, client: Client) {
  const parsed = emailSchema.safeParse(email)
  if (!parsed.success) return null
  const waitSeconds = await countSignInAttempt(parsed.data, client.ip)
  // next-auth passes nothing but the message of an error on to the page.
  if (waitSeconds > 0) throw new Error(`${signInErrors.tooMany}:${waitSeconds}`)
  const user = await db().user.findUnique({ where: { email: parsed.data } })
  if (!(await isRightPassword(password, user?.passwordHash ?? null)) || !user || user.disabledAt) return null
  await forgetSignInAttempts(parsed.data, client.ip)
  return { id: user.id, email: user.email, name: user.name, sid: await startSession(user.id, client) }
}

function cookies(origin: string): NextAuthOptions['cookies'] {
  const names = cookieNames(origin)
  const options = { httpOnly: true, sameSite: 'lax', path: '/', secure: origin.startsWith('https:') } as const
  return {
    sessionToken: { name: names.session, options },
    csrfToken: { name: names.csrf, options },
    callbackUrl: { name: names.callbackUrl, options },
  }
}

/** A function and not a constant: `next build` imports this module without an environment. */
export function authOptions(origin: string, client: Client): NextAuthOptions {
  return {
    // The adapter types its models more widely than Prisma generates them.
    adapter: PrismaAdapter(db()) as Adapter,
    secret: env().secret,
    session: { strategy: 'jwt', maxAge: SESSION_SECONDS },
    cookies: cookies(origin) ?? {},
    pages: { signIn: '/sign-in' },
    providers: [
      credentialsProvider({
        credentials: { email: {}, password: { type: 'password' } },
        authorize: (typed) => signIn(typed?.email ?? '', typed?.password ?? '', client),
      }),
    ],
    callbacks: {
      jwt: async ({ token, user }) => {
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
