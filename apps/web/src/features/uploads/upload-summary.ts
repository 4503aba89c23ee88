import type { Speed } from './transfer-speed.ts'
import { noCounts, type UploadItem, type UploadState } from './upload-item.ts'

/** What of a queue is stored and not listed: its page was loaded anew since then. */
export type StoredBefore = { files: number; bytes: number }

export const nothingBefore: StoredBefore = { files: 0, bytes: 0 }

/** What pages show of all uploads together. */
export type UploadSummary = {
  files: number
  counts: Readonly<Record<UploadState, number>>
  /** Bytes of all files that are, were or will be on their way, how many of them are there, and those of stored files. */
  allBytes: number
  sentBytes: number
  storedBytes: number
  /** In these bytes, but in none of the counts. */
  before: StoredBefore
  speed: Speed | null
  secondsLeft: number | null
  /** Of those that wait, how many wait for a server to answer, and not for the network. */
  waitingForServer: number
  /** Of these, how many wait for a storage that says that it cannot write. */
  waitingForDisk: number
  /** Bytes that nobody had to send. */
  sparedBytes: number
  /** Files of which something did not have to be sent. */
  instantFiles: number
  /** Files that are not uploaded: the same is there, or their name is taken. */
  skippedFiles: number
  /** Bytes of the files that there was no space for. */
  unfitBytes: number
  /** The last one of its kind, to be told. */
  lastFailed: UploadItem | null
  lastInstant: UploadItem | null
}

export const emptySummary: UploadSummary = {
  files: 0,
  counts: noCounts,
  allBytes: 0,
  sentBytes: 0,
  storedBytes: 0,
  before: nothingBefore,
  speed: null,
  secondsLeft: null,
  waitingForServer: 0,
  waitingForDisk: 0,
  sparedBytes: 0,
  instantFiles: 0,
  skippedFiles: 0,
  unfitBytes: 0,
  lastFailed: null,
  lastInstant: null,
}
