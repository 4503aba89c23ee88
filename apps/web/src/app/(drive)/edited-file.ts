import { ROOT_ID } from '../../features/drive/api-client.ts'
import type { EditedFile, Unopened } from '../../features/editor/editor-doors.ts'
import { readText, TEXT_BYTES_MAX } from '../../features/editor/text-form.ts'
import { FetchFailure, fetchRange } from '../../features/preview/file-bytes.ts'
import { writtenLanguageOf } from '../../features/preview/preview-kind.ts'
import { detectEncoding, encodings } from '../../features/preview/text-encoding.ts'
import { ContentHasher } from '../../features/uploads/content-hasher.ts'
import { storeContent } from '../../features/uploads/store-content.ts'
import { ApiFailure, callApi, Unreachable } from '../../lib/call-api.ts'
import type { EntryItem } from '../../lib/entries/entry-item.ts'
import type { EntryDetails } from '../../lib/entry-details.ts'
import type { PreviewSources } from '../../lib/preview-sources.ts'

const hasher = new ContentHasher()
const stay = new AbortController().signal
type Bytes = Uint8Array<ArrayBuffer>

/** SHA-256. Not of the page: WebAssembly runs in workers only. */
async function hashOf(bytes: Bytes): Promise<string> {
  const file = new File([bytes], 'text')
  const hash = await hasher.hash(file, { onProgress: () => undefined, signal: stay })
  if (hash === null) throw new Unreachable(new Error('the worker that hashes could not be loaded'))
  return hash
}

const pathOf = (id: string, what: string) => `/api/drive/entries/${encodeURIComponent(id)}/${what}`
const detailsOf = (id: string) => callApi<EntryDetails>(pathOf(id, 'details'))
const folderOf = ({ where }: EntryDetails) => where.at(-1)?.id ?? ROOT_ID

/** A file as text, with what its next content will be based on. */
export async function openText(id: string, signal: AbortSignal): Promise<EditedFile | Unopened> {
  const [sources, details] = await Promise.all([
    callApi<PreviewSources>(pathOf(id, 'preview'), { signal }),
    detailsOf(id),
  ])
  const { item } = sources
  if (item.size > TEXT_BYTES_MAX) return { item, reason: 'tooLarge' }
  const bytes = await bytesOf(sources, signal)
  const encoding = detectEncoding(bytes)
  const read = readText(bytes, encoding)
  if (read === null) return { item, reason: 'notText' }
  const sha256 = await hashOf(bytes)
  return {
    item,
    folderId: folderOf(details),
    ...read,
    encodingName: encodings[encoding],
    language: writtenLanguageOf(item.name),
    sha256,
  }
}

/** From any storage that has them. */
async function bytesOf({ item, url, otherCopies }: PreviewSources, signal: AbortSignal): Promise<Bytes> {
  if (url === null) return new Uint8Array()
  let failure: unknown
  for (const address of [url, ...otherCopies]) {
    try {
      return await fetchRange(address, 0, item.size, signal)
    } catch (error) {
      if (!(error instanceof FetchFailure)) throw error
      failure = error
    }
  }
  throw failure
}

/** Gives a file new content, if it still has the one that was opened. Answers with the hash of the new one. */
export async function saveText(file: { id: string; name: string; sha256: string }, bytes: Bytes): Promise<string> {
  const { id, name, sha256 } = file
  const hash = await hashOf(bytes)
  try {
    await storeContent({ name, folderId: ROOT_ID, conflict: 'keep', replaces: { id, sha256 }, bytes }, stay)
  } catch (error) {
    // An answer was lost on its way, and this is the second time: the content is ours.
    const isOurs = error instanceof ApiFailure && error.code === 'file_changed' && (await currentHash(id)) === hash
    if (!isOurs) throw error
  }
  return hash
}

/** Of what is stored now. Rejects with not_found. */
export async function currentHash(id: string): Promise<string> {
  return (await detailsOf(id)).sha256 ?? ''
}

/** A file of its own, under a name that is free; in the top folder when the folder is gone. */
export async function saveBeside(name: string, folderId: string, bytes: Bytes): Promise<[string, EntryItem]> {
  const store = (target: string) => storeContent({ name, folderId: target, conflict: 'keep', bytes }, stay)
  try {
    return [folderId, await store(folderId)]
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.code !== 'folder_gone') throw error
    return [ROOT_ID, await store(ROOT_ID)]
  }
}

/** A new file without content. Rejects with name_taken. */
export function createText(name: string, folderId: string): Promise<EntryItem> {
  return storeContent({ name, folderId, conflict: 'skip', bytes: new Uint8Array() }, stay)
}
