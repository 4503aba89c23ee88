import { type KeyRing, sign } from '@cairn/dfs-core/tickets'
import type { ReachableMember } from '../../../lib/address-book.ts'
import { browserOrigin } from '../../../lib/dfs.ts'
import { masterKeys } from '../../../lib/keys.ts'
import type { RenewedTicket } from '../schema.ts'

const TICKET_SECONDS = 60 * 60

/** What a ticket says of an upload. `ownerPublicId` is kept with the file, so that lost databases can be rebuilt. */
export interface TicketUpload {
  upl: string
  ownerPublicId: string
  entryPublicId: string
  size: number
  ext: string
  epoch: number
}

/** A storage with what its tickets are made of. */
export interface TicketPlace {
  member: ReachableMember
  endpoint: string
  ring: KeyRing
}

/**
 * `requestOrigin` is the origin under which the browser reached us. Throws no_storage when the settings give the storage
 * no address; the signing itself does not fail any more.
 */
export function ticketPlace(member: ReachableMember, requestOrigin: string): TicketPlace {
  const endpoint = `${browserOrigin(member, requestOrigin)}/files/`
  return { member, endpoint, ring: masterKeys().ticketRing(member.group) }
}

/** Where and with what a browser sends an upload. */
export function issueTicket(upload: TicketUpload, { member, endpoint, ring }: TicketPlace): RenewedTicket {
  const now = Math.floor(Date.now() / 1000)
  const expires = now + TICKET_SECONDS
  const ticket = sign(
    {
      typ: 'up',
      grp: member.group,
      mem: member.storageId,
      upl: upload.upl,
      ep: upload.epoch,
      len: upload.size,
      ext: upload.ext,
      own: upload.ownerPublicId,
      ent: upload.entryPublicId,
      ops: ['create', 'write', 'head', 'end'],
      iat: now,
      exp: expires,
    },
    ring,
  )
  return {
    endpoint,
    uploadUrl: endpoint + upload.upl,
    ticket,
    ticketExpiresAt: new Date(expires * 1000).toISOString(),
    storageName: member.storageId,
  }
}
