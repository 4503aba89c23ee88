import { createHmac, timingSafeEqual } from 'node:crypto'
import { TICKET_SKEW_SECONDS, TOKEN_SIZE_MAX } from '../limits.ts'
import type { KeyRing } from './keys.ts'
import type { Payload, PayloadOf, PayloadType } from './payloads.ts'
import { checkPayload, serializePayload } from './payloads.ts'
import { TicketError } from './ticket-error.ts'

// A token is `v1.<kid>.<base64url JSON>.<base64url HMAC-SHA256>`; the MAC is over everything in front of its dot.
const TOKEN = /^(v1\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]+))\.([A-Za-z0-9_-]{43})$/

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Signs a ticket or receipt with the ring's current key. Equal payloads give equal tokens.
 * TicketError `bad_field` when a field is out of range, `too_long` when the token would exceed 1 KiB, `unknown_key`
 * when the ring lacks its own current key.
 */
export function sign(payload: Payload, ring: KeyRing): string {
  checkPayload(payload, payload.typ)
  const json = Buffer.from(serializePayload(payload), 'utf8').toString('base64url')
  const signed = `v1.${ring.current}.${json}`
  const token = `${signed}.${macOf(signed, keyOf(ring, ring.current))}`
  if (token.length > TOKEN_SIZE_MAX) throw new TicketError('too_long', `a token of ${token.length} bytes`)
  return token
}

/**
 * Checks a token from outside and gives its payload. Nothing of it is parsed before its MAC is right, and the MAC is
 * compared in constant time. `nowSeconds` is the present unix time; `exp` is granted 60 s of skew. Receipts do not
 * expire. The caller still compares group, storage, upload and operation with the request.
 * TicketError with the code of what is wrong; with `expired` it holds the payload.
 */
export function verify<T extends PayloadType>(token: string, type: T, ring: KeyRing, nowSeconds: number): PayloadOf<T> {
  const payload = checkPayload(openToken(token, ring), type)
  if ('exp' in payload && payload.exp + TICKET_SKEW_SECONDS < nowSeconds) {
    throw new TicketError('expired', `${type} expired ${nowSeconds - payload.exp} s ago`, payload)
  }
  return payload
}

function openToken(token: string, ring: KeyRing): object {
  if (token.length > TOKEN_SIZE_MAX) throw new TicketError('too_long', `a token of ${token.length} characters`)
  const [, signed, kid, json, mac] = TOKEN.exec(token) ?? []
  if (signed === undefined || kid === undefined || json === undefined || mac === undefined) {
    throw new TicketError('malformed', 'not a token of version 1')
  }
  // Compared as text: the last character of a MAC has spare bits, which must not make a second spelling valid.
  if (!timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(signed, keyOf(ring, kid))))) {
    throw new TicketError('bad_mac', `a token that key ${kid} did not sign`)
  }
  return parse(json)
}

function parse(json: string): object {
  const value = parseJson(Buffer.from(json, 'base64url'))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TicketError('malformed', 'the payload is not a JSON object')
  }
  return value
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch {
    return undefined
  }
}

function keyOf(ring: KeyRing, kid: string): Buffer {
  const key = ring.key(kid)
  if (key === undefined) throw new TicketError('unknown_key', `no key ${kid}`)
  return key
}

function macOf(text: string, key: Buffer): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}
