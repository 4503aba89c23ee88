import type { Speed } from './transfer-speed.ts'

const uploadStates = [
  'queued',
  'uploading',
  'finishing',
  'paused',
  'waiting',
  'needs-file',
  'elsewhere',
  'stored',
  'done',
  'skipped',
  'failed',
] as const
/**
 * queued: no slot yet · uploading: bytes move · finishing: all bytes are there, the storage hashes or the receipt is
 * handed in · waiting: the connection or the storage is away, it tries again by itself · needs-file: the browser cannot
 * read the file (a reload) · elsewhere: another device went on with it · stored: safe, further copies are on their way · done: all copies are there.
 */
export type UploadState = (typeof uploadStates)[number]

export type UploadError = { code: string; detail?: Record<string, string | number> | undefined }
export type UploadCopies = { have: number; want: number }
export type UploadNotice = 'folder_gone' | 'renamed' | 'skipped' | 'identical' | 'finished_elsewhere'

export type UploadItem = {
  id: string
  name: string
  size: number
  lastModified: number
  folderId: string
  /** The folders below the target that the file lies in, 'a/b'; empty for none. */
  path: string
  /** Where it goes, as shown. */
  folderLabel: string
  state: UploadState
  sent: number
  speed: Speed | null
  retryAt: number | null
  waitsFor: 'network' | 'storage' | 'disk'
  /** Set when the upload went on at another storage. */
  movedTo: string | null
  /** That storage had nothing of it. */
  startsOver: boolean
  error: UploadError | null
  /** Name of the device that goes on with it. */
  device: string | null
  /** The last file chosen for this upload was a different one. */
  otherFile: boolean
  entryId: string | null
  storedName: string | null
  notice: UploadNotice | null
  copies: UploadCopies | null
  /** Bytes whose content was looked at, while it is; null else. */
  checked: number | null
  /** Bytes that did not have to be sent, because the content was stored already; null when it was sent. */
  spared: number | null
}

export type NewUpload = Pick<UploadItem, 'id' | 'name' | 'size' | 'lastModified' | 'folderId' | 'path' | 'folderLabel'>

export const noCounts: Record<UploadState, number> = {
  queued: 0,
  uploading: 0,
  finishing: 0,
  paused: 0,
  waiting: 0,
  'needs-file': 0,
  elsewhere: 0,
  stored: 0,
  done: 0,
  skipped: 0,
  failed: 0,
}

/** A file that was just added. Field by field: made by spreading, a hundred thousand of them take seconds. */
export function newItem(upload: NewUpload, state: UploadState, sent: number): UploadItem {
  const { id, name, size, lastModified, folderId, path, folderLabel } = upload
  return {
    id,
    name,
    size,
    lastModified,
    folderId,
    path,
    folderLabel,
    state,
    sent,
    speed: null,
    retryAt: null,
    waitsFor: 'network',
    movedTo: null,
    startsOver: false,
    device: null,
    error: null,
    otherFile: false,
    entryId: null,
    storedName: null,
    notice: null,
    copies: null,
    checked: null,
    spared: null,
  }
}
