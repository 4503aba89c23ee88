import { parseFileId } from '@cairn/dfs-core'
import type { DownloadTicket } from '@cairn/dfs-core/tickets'
import type { Member, ReachableMember } from './address-book.ts'
import { ApiError } from './api-error.ts'
import { db } from './db.ts'
import { addressBook, browserOrigin, isReachable, reachingStorage } from './dfs.ts'
import type { EntryItem } from './entries/entry-item.ts'
import { downloadExpiry, preferredReplica } from './serving.ts'
import { ticketUrl } from './stored-file-url.ts'

const TYPE = 'image/webp'
// A listing does not wait for a cluster that is slow to answer; its rows show tiles then.
const MEMBERS_WAIT_MS = 500

export type ThumbnailKind = 'small' | 'large'

/** `url` null and pending: it is being made. */
export interface ThumbnailState {
  url: string | null
  pending: boolean
}

interface Row {
  publicId: string
  state: string
  fileId: string | null
  size: bigint | null
}

async function membersSoon(): Promise<Member[]> {
  const late = new Promise<Member[]>((resolve) => setTimeout(() => resolve([]), MEMBERS_WAIT_MS).unref())
  try {
    return await Promise.race([reachingStorage(() => addressBook().members()), late])
  } catch (error) {
    if (error instanceof ApiError) return []
    throw error
  }
}

/** A slave is certain to be on its source; other members ask that one when they do not have it yet. */
function holderOf(fileId: string, members: readonly Member[]): ReachableMember | undefined {
  const { group, source } = parseFileId(fileId)
  const reachable = members.filter((member) => member.group === group).filter(isReachable)
  const isSource = ({ storageId, ip }: Member) =>
    source.kind === 'id' ? storageId === String(source.id) : ip === source.ip
  return reachable.find(isSource) ?? preferredReplica(fileId, reachable)
}

function signed({ fileId, size }: { fileId: string; size: bigint }, member: ReachableMember, requestOrigin: string) {
  const exp = downloadExpiry(Math.floor(Date.now() / 1000), 'i')
  const ticket: DownloadTicket = {
    typ: 'dl',
    fid: fileId,
    sz: Number(size),
    ct: TYPE,
    cd: 'i',
    fn: 'thumbnail.webp',
    pol: 'normal',
    exp,
  }
  return ticketUrl(ticket, browserOrigin(member, requestOrigin))
}

/**
 * Thumbnails of entries by public id, those that have or will have one. One query for all; the caller has checked that
 * whoever asks may see the entries. The addresses stay the same within a window of six hours.
 */
export async function thumbnailsOf(
  entryIds: readonly string[],
  requestOrigin: string,
  kind: ThumbnailKind = 'small',
): Promise<Map<string, ThumbnailState>> {
  if (entryIds.length === 0) return new Map()
  const rows = await db().$queryRaw<Row[]>`
    SELECT e.public_id AS "publicId", t.state, t.file_id AS "fileId", t.size
    FROM entry e JOIN thumbnail t ON t.blob_id = e.blob_id AND t.kind = ${kind}
    WHERE e.public_id = ANY(${[...entryIds]}::text[]) AND t.state IN ('wanted', 'made')`
  const members = rows.length === 0 ? [] : await membersSoon()
  return new Map(
    rows.map(({ publicId, state, fileId, size }) => {
      const member = fileId === null ? undefined : holderOf(fileId, members)
      const url = fileId === null || size === null || !member ? null : signed({ fileId, size }, member, requestOrigin)
      return [publicId, { url, pending: state === 'wanted' }]
    }),
  )
}

/**
 * What somebody looks at is made before what came earlier, and what was looked at last is the first of all: the age before
 * 1970 that orders them grows with time. What was tried already keeps its turn.
 */
export async function wantSooner(entryIds: readonly string[]): Promise<void> {
  if (entryIds.length === 0) return
  await db().$executeRaw`
    UPDATE thumbnail t SET not_before = to_timestamp(-extract(epoch FROM now()))
    FROM (
      SELECT w.blob_id FROM entry e JOIN thumbnail w ON w.blob_id = e.blob_id
      WHERE e.public_id = ANY(${[...entryIds]}::text[]) AND w.kind = 'small' AND w.state = 'wanted' AND w.attempts = 0
      FOR UPDATE OF w SKIP LOCKED) looked
    WHERE t.blob_id = looked.blob_id AND t.kind = 'small'`
}

/** The same items, with addresses of the thumbnails that are made already. */
export async function withThumbnails<T extends EntryItem>(items: readonly T[], requestOrigin: string): Promise<T[]> {
  const pictured = items.filter(({ category }) => category === 'image' || category === 'video')
  const thumbnails = await thumbnailsOf(
    pictured.map(({ id }) => id),
    requestOrigin,
  )
  return items.map((item) => {
    const url = thumbnails.get(item.id)?.url
    return url == null ? item : { ...item, thumbnailUrl: url }
  })
}
