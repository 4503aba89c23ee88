import { type DownloadTicket, sign, TicketError, verify } from '@cairn/dfs-core/tickets'
import type { ReachableMember } from '../../lib/address-book.ts'
import { ApiError } from '../../lib/api-error.ts'
import { addressBook, browserOrigin, dfs, isReachable, reachingStorage } from '../../lib/dfs.ts'
import { notFound } from '../../lib/entries/open-entries.ts'
import { masterKeys } from '../../lib/keys.ts'
import { findFileByContent, type OpenFile, openFile } from './files.ts'
import { downloadExpiry, preferredReplica, serving, ticketFileName } from './rules.ts'
import type { DownloadUrl } from './schema.ts'

interface Reader {
  id: string
  /** The origin under which the browser reached us. */
  requestOrigin: string
}

function groupOf(fileId: string): string {
  return fileId.slice(0, fileId.indexOf('/'))
}

async function replicaOf(fileId: string): Promise<ReachableMember> {
  return await reachingStorage(async () => {
    const targets = await dfs().tracker.queryFetchAll(fileId)
    const members = await Promise.all(targets.map(({ group, ip, port }) => addressBook().at(group, ip, port)))
    const replica = preferredReplica(fileId, members.filter(isReachable))
    if (!replica) throw new ApiError('no_storage', 'No storage that holds this file answers. The file is safe.')
    return replica
  })
}

function signedUrl(ticket: DownloadTicket, origin: string): string {
  const token = sign(ticket, masterKeys().ticketRing(groupOf(ticket.fid)))
  return `${origin}/${ticket.fid}?t=${token}`
}

async function storedUrl(reader: Reader, file: OpenFile & { fileId: string }, inline: boolean): Promise<DownloadUrl> {
  const { ct, cd } = serving(file.contentType, inline)
  const exp = downloadExpiry(Math.floor(Date.now() / 1000), cd)
  const ticket: DownloadTicket = {
    typ: 'dl',
    fid: file.fileId,
    sz: file.size,
    ct,
    cd,
    fn: ticketFileName(file.name),
    pol: 'normal',
    exp,
  }
  const origin = browserOrigin(await replicaOf(file.fileId), reader.requestOrigin)
  return { url: signedUrl(ticket, origin), expiresAt: new Date(exp * 1000).toISOString() }
}

/** Where the bytes of a file are, for as long as the answer says. Empty files are served by this application itself. */
export async function downloadUrl(reader: Reader, entryId: string, inline: boolean): Promise<DownloadUrl> {
  const file = await openFile(reader.id, entryId)
  if (file.fileId !== null) return await storedUrl(reader, { ...file, fileId: file.fileId }, inline)
  const expires = downloadExpiry(Math.floor(Date.now() / 1000), 'a')
  return {
    url: `${reader.requestOrigin}/api/drive/entries/${entryId}/download`,
    expiresAt: new Date(expires * 1000).toISOString(),
  }
}

/** The download itself: a redirect to the storage, or an empty body for an empty file. */
export async function download(reader: Reader, entryId: string, inline: boolean): Promise<Response> {
  const file = await openFile(reader.id, entryId)
  const privately = { 'Cache-Control': 'private, no-store', 'Referrer-Policy': 'no-referrer' }
  if (file.fileId === null) return emptyFile(file.name, privately)
  const { url } = await storedUrl(reader, { ...file, fileId: file.fileId }, inline)
  return new Response(null, { status: 302, headers: { ...privately, Location: url } })
}

function emptyFile(name: string, headers: Record<string, string>): Response {
  // RFC 8187: encodeURIComponent leaves five characters that have a meaning there.
  const encoded = encodeURIComponent(name).replace(/['()*!]/g, (char) => `%${char.charCodeAt(0).toString(16)}`)
  return new Response(null, {
    status: 200,
    headers: {
      ...headers,
      'Content-Length': '0',
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': `attachment; filename*=UTF-8''${encoded}`,
      'X-Content-Type-Options': 'nosniff',
    },
  })
}

/** The payload of an authentic download ticket of any of our groups, expired or not. Throws not_found for others. */
async function authenticTicket(token: string): Promise<DownloadTicket> {
  const now = Math.floor(Date.now() / 1000)
  for (const group of await reachingStorage(() => addressBook().groups())) {
    try {
      return verify(token, 'dl', masterKeys().ticketRing(group), now)
    } catch (error) {
      if (!(error instanceof TicketError)) throw error
      if (error.code === 'expired' && error.payload?.typ === 'dl') return error.payload
    }
  }
  throw notFound()
}

/**
 * A storage sends holders of expired tickets here: who may still read the file gets a fresh one for the same use. So
 * seeking in a video after hours and download managers go on, and a lost right ends within one window.
 */
export async function renewDownload(reader: Reader, token: string): Promise<string> {
  const old = await authenticTicket(token)
  const file = await findFileByContent(reader.id, old.fid)
  if (!file) throw notFound()
  const exp = downloadExpiry(Math.floor(Date.now() / 1000), old.cd)
  const origin = browserOrigin(await replicaOf(old.fid), reader.requestOrigin)
  return signedUrl({ ...old, exp }, origin)
}
