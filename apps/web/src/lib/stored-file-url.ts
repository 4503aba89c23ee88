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

async function replicasOf(fileId: string): Promise<ReachableMember[]> {
  return await reachingStorage(async () => {
    const targets = await dfs().tracker.queryFetchAll(fileId)
    const members = await Promise.all(targets.map(({ group, ip, port }) => addressBook().at(group, ip, port)))
    return members.filter(isReachable)
  })
}

/** The same member as long as it can serve the file, so that URLs do not change. Throws no_storage when none can. */
async function replicaOf(fileId: string): Promise<ReachableMember> {
  const replica = preferredReplica(fileId, await replicasOf(fileId))
  if (!replica) throw new ApiError('no_storage', 'No storage that holds this file answers. The file is safe.')
  return replica
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

function inPlaceTicket({ fileId, name, size, contentType }: StoredFile, inline: boolean): DownloadTicket {
  const { ct, cd } = serving(contentType, inline)
  const exp = downloadExpiry(Math.floor(Date.now() / 1000), cd)
  return { typ: 'dl', fid: fileId, sz: size, ct, cd, fn: ticketFileName(name), pol: 'normal', exp }
}

/** A signed address of a stored file. `inline`: to be shown in place, where its type allows it. Times in ISO 8601. */
export async function storedFileUrl(
  file: StoredFile,
  requestOrigin: string,
  inline: boolean,
): Promise<{ url: string; expiresAt: string }> {
  const ticket = inPlaceTicket(file, inline)
  return { url: await reachableUrl(ticket, requestOrigin), expiresAt: new Date(ticket.exp * 1000).toISOString() }
}

/** Signed addresses of the copies at the other members, to be shown in place when the usual one is damaged. */
export async function otherCopyUrls(file: StoredFile, requestOrigin: string): Promise<string[]> {
  const replicas = await replicasOf(file.fileId)
  const usual = preferredReplica(file.fileId, replicas)
  const ticket = inPlaceTicket(file, true)
  const urls = replicas.map((replica) => ticketUrl(ticket, browserOrigin(replica, requestOrigin)))
  // A gateway has one address for all, and asks the next member itself.
  const usualUrl = usual && ticketUrl(ticket, browserOrigin(usual, requestOrigin))
  return urls.filter((url) => url !== usualUrl)
}
