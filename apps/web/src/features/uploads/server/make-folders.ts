import { ApiError } from '../../../lib/api-error.ts'
import type { Transaction } from '../../../lib/db.ts'
import { KIND_FOLDER } from '../../../lib/entries/entry-rows.ts'
import { nameKeys } from '../../../lib/entries/name-keys.ts'
import { DEPTH_MAX, findFolder, holdFolder } from '../../../lib/entries/open-entries.ts'
import { newPublicId } from '../../../lib/public-id.ts'

const TRIES_MAX = 3

/** The folders of one batch: opens each target once, and makes the folders of a folder drop below it once. */
export class FolderMaker {
  private readonly tx: Transaction
  private readonly ownerId: string
  private readonly known = new Map<string, Promise<bigint>>()

  constructor(tx: Transaction, ownerId: string) {
    this.tx = tx
    this.ownerId = ownerId
  }

  /** The folder `path` below the folder with this public id. Throws folder_gone, too_deep or name_taken. */
  async folderAt(folderId: string, path: readonly string[]): Promise<bigint> {
    let place = folderId
    let current = await this.once(place, () => this.openTarget(folderId, path.length))
    for (const name of path) {
      const parentId = current
      place = `${place}/${name}`
      current = await this.once(place, () => this.childFolder(parentId, name))
    }
    return current
  }

  private once(place: string, open: () => Promise<bigint>): Promise<bigint> {
    const known = this.known.get(place) ?? open()
    this.known.set(place, known)
    return known
  }

  private async openTarget(folderId: string, levels: number): Promise<bigint> {
    const folder = await findFolder(this.tx, this.ownerId, folderId)
    if (!folder || !(await holdFolder(this.tx, folder.id))) {
      throw new ApiError('folder_gone', 'The folder was deleted.')
    }
    if (folder.depth + levels > DEPTH_MAX) {
      throw new ApiError('too_deep', `Folders may be ${DEPTH_MAX} deep at most.`)
    }
    return folder.id
  }

  private async childFolder(parentId: bigint, name: string): Promise<bigint> {
    const keys = nameKeys(name)
    for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
      const [created] = await this.tx.$queryRaw<{ id: bigint }[]>`
        INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key, grams)
        VALUES (${newPublicId()}, ${this.ownerId}, ${parentId}, 0, ${name}, ${keys.sortKey}, ${keys.grams})
        ON CONFLICT DO NOTHING RETURNING id`
      if (created) return created.id
      const there = await this.tx.entry.findFirst({
        where: { parentId, name, trashId: null },
        select: { id: true, kind: true },
      })
      if (there?.kind === KIND_FOLDER) return there.id
      if (there)
        throw new ApiError('name_taken', `“${name}” is a file there already.`, { field: 'path', detail: { name } })
      // It was trashed between the two statements.
    }
    throw new ApiError('busy', 'Too much is changing here at once. Try again.')
  }
}
