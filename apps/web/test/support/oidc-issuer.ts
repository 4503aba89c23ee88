import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

export interface Claims {
  sub: string
  email?: string
  email_verified?: boolean
  name?: string
}

export interface Issuer {
  url: string
  clientId: string
  clientSecret: string
  /** Who the next person is that comes; nobody is asked for anything. */
  person: Claims
  close(): Promise<void>
}

const CLIENT_ID = 'cairn'
const CLIENT_SECRET = 'what only the two of them know, of 32 bytes'

/** A real OpenID Connect provider on a port of its own, which signs everybody in as `person` at once. */
export async function startIssuer(redirectUri: string): Promise<Issuer> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const known = new Map<string, Claims>()
  const provider = new Provider(url, {
    clients: [{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [redirectUri] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    pkce: { required: () => true },
    cookies: { keys: ['signs the cookies of the issuer'] },
    features: { devInteractions: { enabled: false } },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ ...known.get(sub), sub }) }),
  })
  const issuer: Issuer = {
    url,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    person: { sub: 'nobody' },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  const callback = provider.callback()
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) {
      void callback(request, response)
      return
    }
    known.set(issuer.person.sub, issuer.person)
    answerInteraction(provider, issuer.person.sub, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)))
    })
  })
  return issuer
}

type Exchange = Parameters<ReturnType<Provider['callback']>>

/** Signs in and agrees, without a page. */
async function answerInteraction(provider: Provider, sub: string, ...[request, response]: Exchange): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response)
  if (prompt.name === 'login') {
    await provider.interactionFinished(request, response, { login: { accountId: sub } })
    return
  }
  const grant = new provider.Grant({ accountId: session?.accountId ?? sub, clientId: String(params['client_id']) })
  grant.addOIDCScope(String(params['scope']))
  const grantId = await grant.save()
  await provider.interactionFinished(request, response, { consent: { grantId } }, { mergeWithLastSubmission: true })
}
