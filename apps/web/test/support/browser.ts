import { request } from 'node:http'

// What a test reads of an answer is checked by the test itself.
// biome-ignore lint/suspicious/noExplicitAny: bodies are compared with expected values.
type Json = any

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Json
}

const OWN_ORIGIN = { Host: 'drive.test:3000', 'Sec-Fetch-Site': 'same-origin' }

/** A client with cookies that sends what a browser would send from our own pages. A header set to null is left out. */
export class Browser {
  readonly cookies = new Map<string, string>()
  lastSetCookies: string[] = []
  private readonly baseUrl: string
  private readonly headers: Record<string, string | null>

  constructor(baseUrl: string, headers: Record<string, string | null> = {}) {
    this.baseUrl = baseUrl
    this.headers = { ...OWN_ORIGIN, ...headers }
  }

  copy(): Browser {
    const copy = new Browser(this.baseUrl, this.headers)
    for (const [name, value] of this.cookies) copy.cookies.set(name, value)
    return copy
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path)
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.send('POST', path, body)
  }

  patch(path: string, body: unknown): Promise<Answer> {
    return this.send('PATCH', path, body)
  }

  delete(path: string): Promise<Answer> {
    return this.send('DELETE', path)
  }

  /** next-auth's sign-in as its own client does it. `error` is null after a success. */
  signIn(email: string, password: string): Promise<{ status: number; error: string | null }> {
    return this.callCredentials({ email, password })
  }

  /** The second step: the token that the password was answered with, and a code. */
  signInByCode(token: string, code: string): Promise<{ status: number; error: string | null }> {
    return this.callCredentials({ token, code })
  }

  private async callCredentials(fields: Record<string, string>): Promise<{ status: number; error: string | null }> {
    const { csrfToken } = (await this.get('/api/auth/csrf')).body
    const form = { csrfToken, ...fields, json: 'true' }
    const answer = await this.post('/api/auth/callback/credentials', form)
    return { status: answer.status, error: new URL(answer.body.url).searchParams.get('error') }
  }

  async signOut(): Promise<void> {
    const { csrfToken } = (await this.get('/api/auth/csrf')).body
    await this.post('/api/auth/signout', { csrfToken, json: 'true' })
  }

  // Not fetch(): it does not let a program set Host and Sec-Fetch-Site.
  send(method: string, path: string, body?: unknown): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const all = { ...this.headers, 'Content-Type': 'application/json', ...(cookie ? { Cookie: cookie } : {}) }
    const headers = Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null),
    )
    return new Promise((resolve, reject) => {
      // A connection of its own: one that was kept may be closed by the server at the moment it is used again.
      const outgoing = request(`${this.baseUrl}${path}`, { method, headers, agent: false }, async (incoming) => {
        const chunks: Buffer[] = []
        for await (const chunk of incoming) chunks.push(chunk)
        this.keepCookies(incoming.headers['set-cookie'] ?? [])
        const text = Buffer.concat(chunks).toString('utf8')
        const isJson = /[/+]json/.test(incoming.headers['content-type'] ?? '')
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: isJson ? JSON.parse(text) : text })
      })
      outgoing.on('error', reject)
      outgoing.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  private keepCookies(lines: string[]): void {
    this.lastSetCookies = lines
    for (const line of lines) {
      const [pair = ''] = line.split(';')
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
      if (value === '') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
  }
}
