import type { Account, Profile } from 'next-auth'
import type { OAuthConfig } from 'next-auth/providers/oauth'
import { z } from 'zod'
import { signInErrors } from '../../lib/account/account-rules.ts'
import { dropOneTimeLinks } from '../../lib/account/one-time-links.ts'
import { emailSchema, personNameSchema } from '../../lib/account/schemas.ts'
import { ApiError } from '../../lib/api-error.ts'
import { recordAudit } from '../../lib/audit.ts'
import { inTransaction, type Transaction } from '../../lib/db.ts'
import { env } from '../../lib/env.ts'
import { makePerson } from './new-person.ts'

/** The id of the provider in addresses: /api/auth/callback/oidc. */
export const OIDC = 'oidc'

const claimsSchema = z.object({
  sub: z.string().min(1).max(255),
  email: z.string().optional(),
  email_verified: z.union([z.boolean(), z.stringbool()]).optional(),
  name: z.string().optional(),
  preferred_username: z.string().optional(),
})

/** The sign-in service of the configuration, for next-auth; none when there is no such configuration. */
export function oidcProviders(): OAuthConfig<Profile>[] {
  const { oidc } = env()
  if (oidc === undefined) return []
  return [
    {
      id: OIDC,
      name: oidc.name,
      type: 'oauth',
      wellKnown: `${oidc.issuer}/.well-known/openid-configuration`,
      clientId: oidc.clientId,
      clientSecret: oidc.clientSecret,
      authorization: { params: { scope: oidc.scopes } },
      idToken: true,
      checks: ['pkce', 'state', 'nonce'],
      userinfo: {
        // Many services tell the e-mail only there.
        request: async ({ client, tokens }) => {
          const idClaims = checkedClaims(String(tokens.id_token))
          const more = await client.userinfo(String(tokens.access_token))
          if (more.sub !== idClaims.sub) throw new Error('the sign-in service speaks of two different people')
          return { ...idClaims, ...more }
        },
      },
      profile: (claims) => ({ id: String(claims.sub), name: claims.name ?? null, email: claims.email ?? null }),
    },
  ]
}

/** What an ID token says whose signature, issuer, audience and nonce openid-client has checked. */
function checkedClaims(idToken: string): Profile {
  return JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8'))
}

/**
 * Finds the person behind an account of the sign-in service, or makes one. Returns null when they may come in, else the
 * reason for the sign-in page.
 */
export async function admitByOidc(account: Account, profile: unknown, headers: Headers): Promise<string | null> {
  const claims = claimsSchema.safeParse(profile).data
  if (claims === undefined) return signInErrors.oidcFailed
  try {
    return await inTransaction((tx) => admit(tx, { account, claims, headers }))
  } catch (error) {
    if (error instanceof ApiError && error.code === 'signup_closed') return signInErrors.signupClosed
    throw error
  }
}

interface Arrival {
  account: Account
  claims: z.infer<typeof claimsSchema>
  headers: Headers
}

async function admit(tx: Transaction, arrival: Arrival): Promise<string | null> {
  const { provider, providerAccountId } = arrival.account
  const known = await tx.account.findUnique({
    where: { provider_providerAccountId: { provider, providerAccountId } },
    include: { user: true },
  })
  if (known) return known.user.disabledAt ? signInErrors.disabled : null
  const email = emailSchema.safeParse(arrival.claims.email).data
  // An address that nobody has checked could be anybody's.
  if (email === undefined || arrival.claims.email_verified !== true) return signInErrors.emailUnproven
  const owner = await tx.user.findUnique({ where: { email } })
  if (owner?.disabledAt) return signInErrors.disabled
  const userId = owner ? await claimAccount(tx, owner) : await makeAccount(tx, arrival.claims, email)
  await tx.account.create({ data: { userId, provider, providerAccountId, type: 'oauth' } })
  await recordAudit(tx, {
    actorId: userId,
    action: owner ? 'account.link' : 'person.register',
    target: { kind: 'person', id: userId, name: email },
    detail: { by: OIDC },
    headers: arrival.headers,
  })
  return null
}

/**
 * Whoever registered an address without proving that it is theirs loses the ways in that they made: otherwise they could
 * wait there for its owner.
 */
async function claimAccount(tx: Transaction, owner: { id: string; emailVerified: Date | null }): Promise<string> {
  if (owner.emailVerified) return owner.id
  await tx.totp.deleteMany({ where: { userId: owner.id } })
  await dropOneTimeLinks(tx, owner.id)
  const ended = { revokedAt: new Date() }
  await tx.session.updateMany({ where: { userId: owner.id, revokedAt: null }, data: ended })
  await tx.share.updateMany({ where: { ownerId: owner.id, revokedAt: null }, data: ended })
  await tx.user.update({ where: { id: owner.id }, data: { emailVerified: new Date(), passwordHash: null } })
  return owner.id
}

async function makeAccount(tx: Transaction, claims: Arrival['claims'], email: string): Promise<string> {
  const name = [claims.name, claims.preferred_username].map((text) => personNameSchema.safeParse(text).data)
  const fallback = email.slice(0, email.indexOf('@'))
  const { user } = await makePerson(tx, {
    name: name.find((text) => text !== undefined) ?? fallback,
    email,
    passwordHash: null,
    emailIsProven: true,
  })
  return user.id
}
