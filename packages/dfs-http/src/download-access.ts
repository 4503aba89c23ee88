import type { IncomingMessage, ServerResponse } from 'node:http'
import { type DownloadTicket, type PayloadOf, TicketError } from '@cairn/dfs-core/tickets'
import { senderOf } from './forwarded.ts'
import { HttpError } from './http-error.ts'
import { webUrlFor } from './site.ts'
import { checkTicket, forbidden, type Identity } from './ticket-check.ts'

/** A request that comes back expired so soon after its renewal would go round in a circle (a wrong clock). */
const RENEWAL_PAUSE_MS = 10_000
/** A ticket of a limited share is good for this many times the file. */
const LIMITED_FACTOR = 3
/** Renewals and limited tickets that are remembered; the oldest are forgotten first. */
const REMEMBERED_MAX = 10_000

export interface AccessOptions {
  identity: Pick<Identity, 'group' | 'keys'>
  /** `ticket`: nothing else opens a file. The other two are plain links, checked elsewhere. */
  access: 'ticket' | 'anti_steal' | 'open'
  /** Where expired tickets are renewed; null: they are refused. */
  webUrl: string | null
  webOrigins: readonly string[]
}

/** Who may download: the holder of a ticket for this very file, or of a plain link where there are such. */
export class DownloadAccess {
  readonly #options: AccessOptions
  readonly #renewedAt = new Map<string, number>()
  readonly #servedBytes = new Map<string, number>()

  constructor(options: AccessOptions) {
    this.#options = options
  }

  /** The ticket; null for a plain link, which is checked elsewhere. Age is judged now and not again while the download runs (D24). */
  check(request: IncomingMessage, fileId: string, token: string | null): DownloadTicket | null {
    const { access, identity } = this.#options
    if (token === null) {
      if (access !== 'ticket') return null
      throw new HttpError(401, 'ticket_invalid', 'a ticket is required')
    }
    const ticket = this.#verify(request, fileId, token)
    if (ticket.fid !== fileId) throw forbidden('the ticket is for another file')
    if (!fileId.startsWith(`${identity.group}/`)) throw new HttpError(404, 'not_found', 'another group has this file')
    if (ticket.pol === 'limited') this.#requireLeft(ticket, token)
    return ticket
  }

  /**
   * Takes the bytes of an answer from what a limited ticket is good for, before the first of them is sent: answers side by
   * side cannot pass its end together. Throws limit_reached. To be called when the answer is over is what it returns: what
   * a broken answer did not send, as of a film in which somebody looks for a place, is given back.
   */
  take(ticket: DownloadTicket | null, token: string | null, answer: { bytes: number; response: ServerResponse }) {
    if (ticket?.pol !== 'limited' || token === null) return () => undefined
    this.#requireLeft(ticket, token)
    const { bytes, response } = answer
    const { socket } = response
    const before = socket?.bytesWritten ?? 0
    const mac = macOf(token)
    this.#count(mac, bytes)
    return (isWhole: boolean) => {
      const sent = (socket?.bytesWritten ?? bytes) - before
      if (!isWhole && sent < bytes) this.#count(mac, sent - bytes)
    }
  }

  #requireLeft(ticket: DownloadTicket, token: string): void {
    if ((this.#servedBytes.get(macOf(token)) ?? 0) < LIMITED_FACTOR * ticket.sz) return
    throw new HttpError(403, 'limit_reached', 'this link has been used up')
  }

  #count(mac: string, bytes: number): void {
    remember(this.#servedBytes, mac, Math.max(0, (this.#servedBytes.get(mac) ?? 0) + bytes))
  }

  #verify(request: IncomingMessage, fileId: string, token: string): DownloadTicket {
    const { identity } = this.#options
    try {
      if (identity.keys !== null) return identity.keys.verify(token, 'dl')
    } catch (error) {
      const expired = error instanceof TicketError && error.code === 'expired' ? expiredTicket(error) : null
      if (expired?.fid === fileId) throw this.#expired(request, fileId, token)
    }
    return checkTicket(identity, token, 'dl')
  }

  /**
   * An expired ticket that was ours is renewed by the web application, which asks for permission again (D24). Scripts get the error instead:
   * they cannot follow a redirect to another origin.
   */
  #expired(request: IncomingMessage, fileId: string, token: string): HttpError {
    const { webUrl, webOrigins } = this.#options
    const client = `${senderOf(request).address} ${fileId}`
    const now = Date.now()
    const isCircle = now - (this.#renewedAt.get(client) ?? 0) < RENEWAL_PAUSE_MS
    if (webUrl === null || isCircle || request.headers['sec-fetch-mode'] === 'cors') {
      return new HttpError(401, 'ticket_expired', 'the link has expired')
    }
    remember(this.#renewedAt, client, now)
    const base = webUrlFor(request.headers.host, webUrl, webOrigins)
    const location = `${base.replace(/\/+$/, '')}/r?t=${encodeURIComponent(token)}`
    return new HttpError(302, 'ticket_expired', 'the link has expired and is renewed', { Location: location })
  }
}

function expiredTicket(error: TicketError): PayloadOf<'dl'> | null {
  const { payload } = error
  return isDownloadTicket(payload) ? payload : null
}

function isDownloadTicket(payload: unknown): payload is DownloadTicket {
  return typeof payload === 'object' && payload !== null && 'typ' in payload && payload.typ === 'dl'
}

/** The last part of a token names it as well as the whole. */
function macOf(token: string): string {
  return token.slice(token.lastIndexOf('.') + 1)
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key)
  map.set(key, value)
  const oldest = map.keys().next()
  if (map.size > REMEMBERED_MAX && oldest.done !== true) map.delete(oldest.value)
}
