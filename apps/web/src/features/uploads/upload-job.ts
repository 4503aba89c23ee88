import type { Conflict } from '../../lib/entries/conflict.ts'
import { pageId } from './device-id.ts'
import { factsOf } from './file-facts.ts'
import type { UnfinishedUploads } from './schema.ts'
import type { NewUpload } from './upload-item.ts'
import type { FileSource, RememberedUpload } from './upload-memory.ts'
import { type Place, SMALL_FILE_BYTES } from './upload-transfer.ts'
import type { UploadWay } from './upload-way.ts'

/**
 * A file that was chosen, dropped or pasted. `path`: the folders it came with, 'a/b'. `conflict`: what to do when its
 * name is taken; `probe`: the hash of its head, where it was made; `origin`: what it can be read from by a later page.
 */
export type ChosenFile = { file: File; path: string; conflict?: Conflict; probe?: string; origin?: FileSource }

export type UnfinishedUpload = UnfinishedUploads['items'][number]

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
  /** How much of that lies behind a gap: a later page has to send it again. */
  ahead: number
  /** Null before its first byte. */
  way: UploadWay | null
  /** Interruptions since the last byte that moved forward. */
  attempts: number
  /** Tickets refused or renewed since then. */
  refusals: number
  /** Other storages it was given since then. */
  moves: number
  paused: boolean
  /** What an earlier page kept to read it from. */
  source: number | null
  /** Begun by an earlier page or another device: the file is compared as a whole before it is stored. */
  continued: boolean
  /** When its storage was last heard of; null: it answers. */
  silentSince: number | null
  /** The person wants it from the device that sends it now. */
  takeOver: boolean
  /** Nobody has decided about its name: it is not sent where the same file is there, or on its way. */
  once: boolean
  /** Another page has begun it and sends it. */
  ofOther: boolean
  /** What it is called where it was chosen, if it was renamed for the drive. */
  onDisk?: Pick<NewUpload, 'name' | 'path'>
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
  ahead: 0,
  way: null,
  attempts: 0,
  refusals: 0,
  moves: 0,
  paused: false,
  stop: null,
  continued: false,
  silentSince: null,
  takeOver: false,
  ofOther: false,
}

let made = 0

function newId(): string {
  made += 1
  // Records of several pages are kept together.
  return `${pageId}-${made}`
}

export function jobOf({ file, path, conflict, probe }: ChosenFile, { folderId, label }: UploadTarget): Job {
  const { name } = file
  const { size, lastModified } = factsOf(file)
  const folderLabel = label + labelOf(path)
  // Field by field, as in newItem.
  return {
    id: newId(),
    name,
    size,
    lastModified,
    folderId,
    path,
    folderLabel,
    conflict: conflict ?? 'keep',
    once: conflict === undefined,
    probe: probe ?? null,
    file,
    source: null,
    uploadId: null,
    place: null,
    begun: false,
    allSent: false,
    receipt: null,
    sent: 0,
    ahead: 0,
    way: null,
    attempts: 0,
    refusals: 0,
    moves: 0,
    paused: false,
    continued: false,
    silentSince: null,
    takeOver: false,
    ofOther: false,
    stop: null,
  }
}

function labelOf(path: string): string {
  return path === '' ? '' : ` / ${path.split('/').join(' / ')}`
}

/** The label of a folder whose path below the target is another one now. */
export function labelIn(label: string, before: string, path: string): string {
  return label.slice(0, label.length - labelOf(before).length) + labelOf(path)
}

/** An upload of an earlier page: its bytes so far are at the storage, its file must be opened again. */
export function jobOfRemembered({ key, tab: _, once = false, ...upload }: RememberedUpload): Job {
  const begun = upload.uploadId !== null
  return { ...untouched, ...upload, once, id: key, file: null, begun, continued: begun }
}

/** An upload that another device began, for a file of this one. */
export function jobFromElsewhere(upload: UnfinishedUpload, file: File): Job {
  const { uploadId, name, folderId, folderName, conflict, probe, sent } = upload
  const target = { folderId, label: folderName }
  const job = jobOf({ file, path: '', conflict }, target)
  return { ...job, name, probe, uploadId, sent: sent ?? 0, begun: true, continued: true, takeOver: true }
}

/** Forgets everything but the file, as if it had just been chosen. */
export function startAnew(job: Job): void {
  Object.assign(job, untouched)
}

export function newUploadOf({ id, name, size, lastModified, folderId, folderLabel, path }: Job): NewUpload {
  return { id, name, size, lastModified, folderId, folderLabel, path }
}

export function slotsOf({ size }: Pick<Job, 'size'>): number {
  return size <= SMALL_FILE_BYTES ? 1 : 2
}
