import { type DownloadTicket, TicketError, verify } from '@cairn/dfs-core/tickets'
import { dispositionOf } from '@cairn/dfs-http'
import { addressBook, reachingStorage } from '../../lib/dfs.ts'
import { notFound } from '../../lib/entries/open-entries.ts'
import { masterKeys } from '../../lib/keys.ts'
import { downloadExpiry } from '../../lib/serving.ts'
import { reachableUrl, storedFileUrl } from '../../lib/stored-file-url.ts'
import { findFileByContent, openFile } from './files.ts'
import type { DownloadUrl } from './schema.ts'

interface Reader {
  id: string
  /** The origin under which the browser reached us. */
  requestOrigin: string
}

/** Where the bytes of a file are, for as long as the answer says. Empty files are served by this application itself. */
export async function downloadUrl(reader: Reader, entryId: string, inline: boolean): Promise<DownloadUrl> {
  const file = await openFile(reader.id, entryId)
  if (file.fileId !== null) {
    return await storedFileUrl({ ...file, fileId: file.fileId }, reader.requestOrigin, inline)
  }
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
  const { url } = await storedFileUrl({ ...file, fileId: file.fileId }, reader.requestOrigin, inline)
  return new Response(null, { status: 302, headers: { ...privately, Location: url } })
}

function emptyFile(name: string, headers: Record<string, string>): Response {
  return new Response(null, {
    status: 200,
    headers: {
      ...headers,
      'Content-Length': '0',
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': dispositionOf('attachment', name),
      'X-Content-Type-Options': 'nosniff',
    },
  })
}

/** The payload of an authentic download ticket of any of our groups, expired or not. Throws not_found for others. */
export async function authenticTicket(token: string): Promise<DownloadTicket> {
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
 * seeking in a video after hours and download managers go on, and a lost right ends within one window. Undefined when
 * none of this person's files has the content.
 */
export async function renewDownload(reader: Reader, old: DownloadTicket): Promise<string | undefined> {
  const file = await findFileByContent(reader.id, old.fid)
  if (!file) return undefined
  const exp = downloadExpiry(Math.floor(Date.now() / 1000), old.cd)
  return await reachableUrl({ ...old, exp }, reader.requestOrigin)
}
