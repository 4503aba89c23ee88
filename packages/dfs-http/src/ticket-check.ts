import type { IncomingMessage } from 'node:http'
import { type PayloadOf, TicketError, type UploadTicket } from '@cairn/dfs-core/tickets'
import type { UploadOperation } from '@cairn/dfs-tus'
import { HttpError } from './http-error.ts'

/** Keys that tickets are checked with. */
export interface TicketKeys {
  /** Throws TicketError. */
  verify<T extends 'up' | 'dl' | 'sv'>(token: string, type: T): PayloadOf<T>
}

/** What the requests of one storage are checked against. */
export interface Identity {
  group: string
  storageId: string
  /** null: no tickets are known here. */
  keys: TicketKeys | null
}

const CHALLENGE = { 'WWW-Authenticate': 'Bearer' }

/** The token of `Authorization: Bearer`; never the one of a query, which would be logged by others. */
export function bearerToken(request: IncomingMessage): string {
  const token = /^Bearer ([A-Za-z0-9_.-]+)$/.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined) throw new HttpError(401, 'ticket_invalid', 'a ticket is required', CHALLENGE)
  return token
}

/** Checks a ticket's signature, fields and age. 401 with `ticket_expired` (get a new one) or `ticket_invalid` (do not). */
export function checkTicket<T extends 'up' | 'dl' | 'sv'>(
  identity: Pick<Identity, 'keys'>,
  token: string,
  type: T,
): PayloadOf<T> {
  if (identity.keys === null) throw new HttpError(401, 'ticket_invalid', 'this storage has no keys', CHALLENGE)
  try {
    return identity.keys.verify(token, type)
  } catch (error) {
    throw error instanceof TicketError ? refused(error) : error
  }
}

function refused(error: TicketError): HttpError {
  const code = error.code === 'expired' ? 'ticket_expired' : 'ticket_invalid'
  return new HttpError(401, code, `the ticket is refused: ${error.message}`, CHALLENGE)
}

/** The upload ticket of a request, good for this storage, these operations and this upload (null: the one that it names). */
export function checkUploadTicket(
  identity: Identity,
  request: IncomingMessage,
  wanted: { operations: readonly UploadOperation[]; upl: string | null },
): UploadTicket {
  const ticket = checkTicket(identity, bearerToken(request), 'up')
  checkMember(identity, ticket)
  checkWanted(ticket, wanted)
  return ticket
}

/** A ticket is good for its own upload and for the operations that it names. */
export function checkWanted(
  ticket: UploadTicket,
  wanted: { operations: readonly UploadOperation[]; upl: string | null },
): void {
  if (wanted.upl !== null && wanted.upl !== ticket.upl) throw forbidden('the ticket is for another upload')
  const missing = wanted.operations.find((operation) => !ticket.ops.includes(operation))
  if (missing !== undefined) throw forbidden(`the ticket does not allow ${missing}`)
  if (ticket.off !== undefined) throw new HttpError(501, 'unsupported', 'parallel parts are not supported')
}

/** A ticket is for one member: another one must not even tell what it knows. */
export function checkMember({ group, storageId }: Identity, ticket: { grp: string; mem: string }): void {
  if (ticket.grp !== group || ticket.mem !== storageId) throw forbidden('the ticket is for another storage')
}

export function forbidden(message: string): HttpError {
  return new HttpError(403, 'forbidden', message)
}
