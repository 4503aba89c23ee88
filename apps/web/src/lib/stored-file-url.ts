import { type DownloadTicket, sign } from '@cairn/dfs-core/tickets'
import type { ReachableMember } from './address-book.ts'
import { ApiError } from './api-error.ts'
import { addressBook, browserOrigin, dfs, isReachable, reachingStorage } from './dfs.ts'
import { masterKeys } from './keys.ts'
import { downloadExpiry, preferredReplica, serving, ticketFileName } from './serving.ts'

/** A file of the cluster as it is offered to a browser. */
export interface StoredFile {
  fileId: string
  name: string
  size: number
  /** As its storage read it from the bytes. */
  contentType: string
}

export function groupOf(fileId: string): string {
  return fileId.slice(0, fileId.indexOf('/'))
}

/** The same member as long as it can serve the file, so that URLs do not change. Throws no_storage when none can. */
async function replicaOf(fileId: string): Promise<ReachableMember> {
  return await reachingStorage(async () => {
    const targets = await dfs().tracker.queryFetchAll(fileId)
    const members = await Promise.all(targets.map(({ group, ip, port }) => addressBook().at(group, ip, port)))
    const replica = preferredReplica(fileId, members.filter(isReachable))
    if (!replica) throw new ApiError('no_storage', 'No storage that holds this file answers. The file is safe.')
    return replica
  })
}

/** The address of what a ticket opens, at the storage with this origin. */
export function ticketUrl(ticket: DownloadTicket, storageOrigin: string): string {
  const token = sign(ticket, masterKeys().ticketRing(groupOf(ticket.fid)))
  return `${storageOrigin}/${ticket.fid}?t=${token}`
}

/** The address at which a browser that came by `requestOrigin` gets what a ticket opens. */
export async function reachableUrl(ticket: DownloadTicket, requestOrigin: string): Promise<string> {
  return ticketUrl(ticket, browserOrigin(await replicaOf(ticket.fid), requestOrigin))
}

/** A signed address of a stored file. `inline`: to be shown in place, where its type allows it. Times in ISO 8601. */
export async function storedFileUrl(
  { fileId, name, size, contentType }: StoredFile,
  requestOrigin: string,
  inline: boolean,
): Promise<{ url: string; expiresAt: string }> {
  const { ct, cd } = serving(contentType, inline)
  const exp = downloadExpiry(Math.floor(Date.now() / 1000), cd)
  const fn = ticketFileName(name)
  const ticket: DownloadTicket = { typ: 'dl', fid: fileId, sz: size, ct, cd, fn, pol: 'normal', exp }
  return { url: await reachableUrl(ticket, requestOrigin), expiresAt: new Date(exp * 1000).toISOString() }
}
