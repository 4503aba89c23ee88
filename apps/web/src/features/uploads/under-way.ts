import { factsOf } from './file-facts.ts'
import type { UploadItem } from './upload-item.ts'
import type { ChosenFile, UploadTarget } from './upload-job.ts'
import type { UploadStore } from './upload-store.ts'

type Place = Pick<UploadItem, 'folderId' | 'path' | 'name' | 'size' | 'lastModified'>

/** Without the files that this page is sending to the same place already: who drops them once more wants them once. */
export function notUnderWay(
  chosen: readonly ChosenFile[],
  { folderId }: Pick<UploadTarget, 'folderId'>,
  store: Pick<UploadStore, 'idsIn' | 'item'>,
): readonly ChosenFile[] {
  const ids = store.idsIn('queued', 'uploading', 'finishing', 'paused', 'waiting', 'elsewhere')
  if (ids.length === 0) return chosen
  const places = new Set(ids.map((id) => store.item(id)).flatMap((item) => (item === undefined ? [] : placeKey(item))))
  return chosen.filter(({ file, path }) => !places.has(placeKey({ folderId, path, name: file.name, ...factsOf(file) })))
}

function placeKey({ folderId, path, name, size, lastModified }: Place): string {
  return `${folderId}\n${path}\n${name}\n${size}\n${lastModified}`
}
