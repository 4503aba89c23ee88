import { addressOf, ConnectionError, FileInfoFlag, ServerError, Status } from '@cairn/dfs-core'
import type { Member } from '../../lib/address-book.ts'
import { addressBook, dfs, reachingStorage } from '../../lib/dfs.ts'
import { findFiles, type OpenFile } from './files.ts'
import type { Copies } from './schema.ts'

// Cairn storages answer for themselves then and do not ask the source of the file; C storages ignore the bit.
const ASK_NOBODY_ELSE = 0x40
const ASKED_AT_ONCE = 8

type StoredFile = OpenFile & { fileId: string }

/** Whether this member holds the whole file; null when it cannot be asked. */
async function holds(member: Member, file: StoredFile): Promise<boolean | null> {
  if (!member.isActive) return null
  try {
    const storage = dfs().storage(addressOf(member))
    const info = await storage.queryFileInfo(file.fileId, FileInfoFlag.noCrc32 | ASK_NOBODY_ELSE)
    return info.size === file.size
  } catch (error) {
    if (error instanceof ServerError && error.status === Status.ENOENT) return false
    if (error instanceof ServerError || error instanceof ConnectionError) return null
    throw error
  }
}

async function countCopies(file: StoredFile): Promise<Copies[string]> {
  const members = await addressBook().membersOf(file.fileId.slice(0, file.fileId.indexOf('/')))
  const answers = await Promise.all(members.map((member) => holds(member, file)))
  const known = answers.filter((answer) => answer !== null)
  return { have: known.length === 0 ? null : known.filter(Boolean).length, want: members.length }
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
