import type { Conflict } from '../../lib/entries/conflict.ts'
import type { RememberedUpload } from './upload-memory.ts'
import type { NewUpload } from './upload-queue.ts'
import { type Place, SMALL_FILE_BYTES } from './upload-transfer.ts'

/**
 * A file that was chosen, dropped or pasted. `path`: the folders it came with, 'a/b'. `conflict`: what to do when its
 * name is taken; `probe`: the hash of its head, where it was made.
 */
export type ChosenFile = { file: File; path: string; conflict?: Conflict; probe?: string }

export type UploadTarget = { folderId: string; label: string }

/** What the engine knows about one upload beyond what pages show. */
export type Job = NewUpload & {
  conflict: Conflict
  probe: string | null
  /** Null after a reload, until the person chooses it again. */
  file: File | null
  uploadId: string | null
  place: Place | null
  /** Something of it may be at the storage. */
  begun: boolean
  allSent: boolean
  receipt: string | null
  sent: number
  /** Interruptions since the last byte that moved forward. */
  attempts: number
  /** Tickets refused or renewed since then. */
  refusals: number
  paused: boolean
  /** Set while it runs; aborting it is how a person stops it. */
  stop: AbortController | null
}

const untouched = {
  uploadId: null,
  place: null,
  begun: false,
  allSent: false,
  receipt: null,
  sent: 0,
  attempts: 0,
  refusals: 0,
  paused: false,
  stop: null,
}

let made = 0

// randomUUID is missing on plain http; the ids only have to differ within this page.
function newId(): string {
  made += 1
  return `${Date.now().toString(36)}-${made}`
}

export function jobOf({ file, path, conflict = 'keep', probe }: ChosenFile, { folderId, label }: UploadTarget): Job {
  const { name, size, lastModified } = file
  const folderLabel = path === '' ? label : `${label} / ${path.split('/').join(' / ')}`
  return {
    ...untouched,
    id: newId(),
    name,
    size,
    lastModified,
    folderId,
    folderLabel,
    path,
    file,
    conflict,
    probe: probe ?? null,
  }
}

/** An upload of an earlier page: its bytes so far are at the storage, its file must be chosen again. */
export function jobOfRemembered(upload: RememberedUpload): Job {
  return { ...untouched, ...upload, id: newId(), file: null, begun: true, conflict: 'keep', probe: null }
}

/** Forgets everything but the file, as if it had just been chosen. */
export function startAnew(job: Job): void {
  Object.assign(job, untouched)
}

export function newUploadOf({ id, name, size, lastModified, folderId, folderLabel, path }: Job): NewUpload {
  return { id, name, size, lastModified, folderId, folderLabel, path }
}

export function rememberedOf(job: Job): RememberedUpload | null {
  const { uploadId, name, size, lastModified, folderId, folderLabel, path, sent } = job
  return uploadId === null ? null : { uploadId, name, size, lastModified, folderId, folderLabel, path, sent }
}

/** The same file as far as a browser can tell without reading it. */
export function isFileOf(job: Pick<Job, 'name' | 'size' | 'lastModified'>, file: File): boolean {
  return job.name === file.name && job.size === file.size && job.lastModified === file.lastModified
}

export function slotsOf({ size }: Pick<Job, 'size'>): number {
  return size <= SMALL_FILE_BYTES ? 1 : 2
}
