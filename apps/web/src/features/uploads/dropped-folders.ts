import { DROP_FOLDERS_MAX } from './rules.ts'
import { makeFolders, refusalOf } from './upload-api.ts'

/** Makes the folders of a drop that hold nothing. How many could not be made. */
export async function makeDroppedFolders(folderId: string, folders: readonly string[]): Promise<number> {
  let left = 0
  for (let first = 0; first < folders.length; first += DROP_FOLDERS_MAX) {
    const paths = folders.slice(first, first + DROP_FOLDERS_MAX)
    try {
      const made = await makeFolders({ folderId, paths })
      left += made.filter(({ ok }) => !ok).length
    } catch (error) {
      refusalOf(error)
      left += paths.length
    }
  }
  return left
}
