import type { NewUpload, UploadCopies, UploadError, UploadItem, UploadNotice } from './upload-item.ts'
import type { StoredBefore } from './upload-summary.ts'

export type UploadAction =
  | { type: 'added'; uploads: readonly NewUpload[] }
  | { type: 'remembered'; uploads: readonly (NewUpload & { sent: number })[] }
  /** What is stored and not listed. */
  | { type: 'before'; stored: StoredBefore }
  | { type: 'started'; id: string }
  | { type: 'progressed'; samples: readonly { id: string; sent: number }[]; now: number }
  | { type: 'sent'; id: string }
  | { type: 'paused'; ids: readonly string[] }
  | { type: 'queued'; ids: readonly string[] }
  | { type: 'interrupted'; id: string; retryAt: number; waitsFor: UploadItem['waitsFor'] }
  | { type: 'moved-on'; id: string; storage: string; startsOver: boolean }
  | { type: 'elsewhere'; id: string; device: string }
  | { type: 'file-lost'; id: string }
  | { type: 'other-file'; id: string }
  | { type: 'restarted'; id: string; file: NewUpload | null }
  | { type: 'identical'; id: string }
  | { type: 'checked'; id: string; bytes: number | null }
  | {
      type: 'stored'
      id: string
      entryId: string | null
      name: string | null
      notice: UploadNotice | null
      /** Its content was there already. */
      instant?: boolean
    }
  | { type: 'copies'; id: string; copies: UploadCopies }
  | { type: 'failed'; id: string; error: UploadError }
  | { type: 'removed'; ids: readonly string[] }
