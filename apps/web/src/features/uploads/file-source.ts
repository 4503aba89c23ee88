import type { FileSource, RememberedUpload } from './upload-memory.ts'

/** Chromium's addition to handles; others hand out no handles that outlive the page, or need no permission. */
type Permitted = { queryPermission?: (wanted: { mode: 'read' }) => Promise<PermissionState> } & {
  requestPermission?: (wanted: { mode: 'read' }) => Promise<PermissionState>
}

/** Whether a source may be read. `ask` shows the browser's own question, and only after a click. */
export async function isReadable(source: FileSource, ask: boolean): Promise<boolean> {
  if (source instanceof File) return true
  const handle: FileSystemHandle & Permitted = source
  const state = await handle.queryPermission?.({ mode: 'read' })
  if (state !== 'prompt' || !ask) return state !== 'prompt' && state !== 'denied'
  return (await handle.requestPermission?.({ mode: 'read' })) === 'granted'
}

/** The file of an upload, from the file or the folder that was dropped. Null: it is not there any more. */
export async function fileFrom(source: FileSource, upload: Pick<RememberedUpload, 'path' | 'name'>) {
  try {
    if (source instanceof File) return source
    if (isFileHandle(source)) return await source.getFile()
    return isFolderHandle(source) ? await fileIn(source, upload) : null
  } catch (error) {
    // Chromium throws a TypeError for names that it opens no file by, such as "trailing."; others of the folder go on.
    if (error instanceof DOMException || error instanceof TypeError) return null
    throw error
  }
}

/** `path` begins with the name of the dropped folder itself. */
async function fileIn(root: FileSystemDirectoryHandle, { path, name }: Pick<RememberedUpload, 'path' | 'name'>) {
  let folder = root
  for (const part of path.split('/').slice(1)) folder = await folder.getDirectoryHandle(part)
  return await (await folder.getFileHandle(name)).getFile()
}

function isFileHandle(handle: FileSystemHandle): handle is FileSystemFileHandle {
  return handle.kind === 'file'
}

function isFolderHandle(handle: FileSystemHandle): handle is FileSystemDirectoryHandle {
  return handle.kind === 'directory'
}
