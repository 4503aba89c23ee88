// A person's drive over HTTP, as the browser uses it.
import { PlainError } from '../lib/plain-error.mjs'

const BATCH = 50

export class DriveClient {
  #url
  #cookies = new Map()

  constructor(url) {
    this.#url = url.replace(/\/$/, '')
  }

  /** Registers the person, or signs in when the address is known. */
  async enter({ name, email, password }) {
    const registered = await this.#call('POST', '/api/auth/register', { name, email, password })
    if (!registered.ok && registered.status !== 409) throw await refusal('registering', registered)
    const { csrfToken } = await (await this.#call('GET', '/api/auth/csrf')).json()
    const answer = await this.#fetch('/api/auth/callback/credentials', {
      method: 'POST',
      body: new URLSearchParams({ email, password, csrfToken, callbackUrl: '/drive', json: 'true' }),
    })
    const error = new URL((await answer.json()).url, this.#url).searchParams.get('error')
    if (error !== null)
      throw new PlainError(`${email} cannot sign in at ${this.#url}: ${error}. Is the password right?`)
    return await this.get('/api/me')
  }

  async get(path) {
    const answer = await this.#call('GET', path)
    if (!answer.ok) throw await refusal(path, answer)
    return await answer.json()
  }

  async post(path, body) {
    const answer = await this.#call('POST', path, body)
    if (!answer.ok) throw await refusal(path, answer)
    return answer.status === 204 ? undefined : await answer.json()
  }

  /** Uploads `[path, bytes]`, folders made on the way; what is there already is left alone. */
  async upload(files, onDone) {
    for (let from = 0; from < files.length; from += BATCH) {
      const batch = files.slice(from, from + BATCH)
      const { items } = await this.post('/api/uploads', { items: batch.map(startItem) })
      for (const [index, item] of items.entries()) {
        if (!item.ok) throw new PlainError(`${batch[index][0]}: ${item.error.message}`)
        if (item.ticket !== undefined) await this.#send(item, batch[index][1])
        onDone(batch[index][0])
      }
    }
  }

  async #send({ uploadId, endpoint, ticket }, bytes) {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${ticket}`,
        'Tus-Resumable': '1.0.0',
        'Upload-Length': String(bytes.length),
        'Content-Type': 'application/offset+octet-stream',
      },
      body: bytes,
    })
    if (!answer.ok) throw await refusal(endpoint, answer)
    const receipt = answer.headers.get('cairn-receipt') ?? (await this.#receipt(answer, endpoint, ticket))
    const { items } = await this.post('/api/uploads/complete', { items: [{ uploadId, receipt }] })
    if (!items[0].ok) throw new PlainError(items[0].error.message)
  }

  async #receipt(created, endpoint, ticket) {
    const location = new URL(created.headers.get('location'), endpoint)
    for (;;) {
      const answer = await fetch(`${location}/receipt`, { headers: { Authorization: `Bearer ${ticket}` } })
      if (answer.status === 200) return (await answer.json()).receipt
      if (answer.status !== 202) throw await refusal(location.pathname, answer)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }

  #call(method, path, body) {
    const headers = body === undefined ? {} : { 'Content-Type': 'application/json' }
    return this.#fetch(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  }

  async #fetch(path, { headers = {}, ...options }) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(this.#url + path, {
      ...options,
      headers: { ...headers, Origin: new URL(this.#url).origin, Cookie: cookie },
      redirect: 'manual',
    })
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      this.#cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    return answer
  }
}

function startItem([filePath, bytes], index) {
  const at = filePath.lastIndexOf('/')
  return {
    clientId: String(index),
    name: filePath.slice(at + 1),
    path: filePath.slice(0, at),
    size: bytes.length,
    folderId: 'root',
    conflict: 'skip',
  }
}

async function refusal(what, answer) {
  const text = await answer.text()
  return new PlainError(`${what}: ${answer.status} ${text.slice(0, 300)}`)
}
