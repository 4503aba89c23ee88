import { ApiError } from '../../../lib/api-error.ts'
import { errorBody } from '../../../lib/api-route.ts'
import { inTransaction } from '../../../lib/db.ts'
import { checkedPath } from '../../../lib/entries/name.ts'
import type { DropFoldersBody, DroppedFolders } from '../schema.ts'
import { FolderMaker } from './make-folders.ts'

/** Makes the folders of a folder drop that hold no file, and those above them; each path succeeds or fails by itself. */
export async function makeDroppedFolders(
  ownerId: string,
  { folderId, paths }: DropFoldersBody,
): Promise<DroppedFolders> {
  return await inTransaction(async (tx) => {
    const folders = new FolderMaker(tx, ownerId)
    const items: DroppedFolders['items'] = []
    for (const path of paths) {
      try {
        await folders.folderAt(folderId, checkedPath(path))
        items.push({ path, ok: true })
      } catch (error) {
        // Any other error has broken the transaction.
        if (!(error instanceof ApiError)) throw error
        items.push({ path, ok: false, error: errorBody(error) })
      }
    }
    return { items }
  })
}
