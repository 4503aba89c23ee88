import { addressOf, ConnectionError, FileInfoFlag, ServerError, Status } from '@cairn/dfs-core'
import type { Member } from '../../lib/address-book.ts'
import { addressBook, dfs, reachingStorage } from '../../lib/dfs.ts'
import { groupOf } from '../../lib/stored-file-url.ts'
import { findFiles } from './files.ts'
import type { Copies } from './schema.ts'

// Cairn storages answer for themselves then and do not ask the source of the file; C storages ignore the bit.
const ASK_NOBODY_ELSE = 0x40
const ASKED_AT_ONCE = 8
/** For answers that somebody is looking at the page for; a busy storage takes less. */
export const SOON_MS = 4_000
/** So long nobody waits again for a member that was given up: a list asks for many files, some at a time. */
const GIVEN_UP_MS = 10_000
const givenUp = new Map<string, number>()

interface StoredContent {
  fileId: string
  size: number
}

/** What a member says about a file: it has all of it, it has not, or it does not answer. */
type CopyState = 'whole' | 'missing' | 'unreachable'

export interface MemberCopy {
  member: Member
  state: CopyState
  /** Unix seconds; since when it lies there. */
  since: number | null
}

async function ask(member: Member, { fileId, size }: StoredContent, late: AbortSignal): Promise<MemberCopy> {
  const answer = (state: CopyState, since: number | null = null): MemberCopy => ({ member, state, since })
  const address = addressOf(member)
  if (!member.isActive || Date.now() < (givenUp.get(address) ?? 0)) return answer('unreachable')
  try {
    const storage = dfs().with({ signal: late }).storage(address)
    const info = await storage.queryFileInfo(fileId, FileInfoFlag.noCrc32 | ASK_NOBODY_ELSE)
    return info.size === size ? answer('whole', info.mtime) : answer('missing')
  } catch (error) {
    if (error instanceof ServerError && error.status === Status.ENOENT) return answer('missing')
    if (!(error instanceof ServerError || error instanceof ConnectionError)) throw error
    if (late.aborted) givenUp.set(address, Date.now() + GIVEN_UP_MS)
    return answer('unreachable')
  }
}

/** What each member of its group says about a file now; who has not answered within `withinMs` is unreachable. */
export async function askMembers(file: StoredContent, withinMs?: number): Promise<MemberCopy[]> {
  return await askEach(await addressBook().membersOf(groupOf(file.fileId)), file, withinMs)
}

export async function askEach(members: Member[], file: StoredContent, withinMs?: number): Promise<MemberCopy[]> {
  const late = new AbortController()
  const giveUp = () => late.abort(new ConnectionError(`no answer within ${withinMs} ms`))
  const timer = withinMs === undefined ? undefined : setTimeout(giveUp, withinMs)
  try {
    return await Promise.all(members.map((member) => ask(member, file, late.signal)))
  } finally {
    clearTimeout(timer)
  }
}

async function countCopies(file: StoredContent): Promise<Copies[string]> {
  const copies = await askMembers(file, SOON_MS)
  const known = copies.filter(({ state }) => state !== 'unreachable')
  const have = known.length === 0 ? null : known.filter(({ state }) => state === 'whole').length
  return { have, want: copies.length }
}

/** How many members of its group hold each file, asked from each of them now. Folders and empty files are left out. */
export async function listCopies(ownerId: string, ids: readonly string[]): Promise<Copies> {
  const stored = (await findFiles(ownerId, ids)).flatMap((file) => {
    return file.fileId === null ? [] : [{ ...file, fileId: file.fileId }]
  })
  const copies: Copies = {}
  for (let first = 0; first < stored.length; first += ASKED_AT_ONCE) {
    const asked = stored.slice(first, first + ASKED_AT_ONCE)
    const counts = await reachingStorage(() => Promise.all(asked.map(countCopies)))
    for (const [index, file] of asked.entries()) {
      const count = counts[index]
      if (count) copies[file.entryId] = count
    }
  }
  return copies
}
