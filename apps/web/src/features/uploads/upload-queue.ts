import { type Speed, sampleSpeed, steadySecondsLeft } from './transfer-speed.ts'

const uploadStates = [
  'queued',
  'uploading',
  'finishing',
  'paused',
  'waiting',
  'needs-file',
  'stored',
  'done',
  'skipped',
  'failed',
] as const
/**
 * queued: no slot yet · uploading: bytes move · finishing: all bytes are there, the storage hashes or the receipt is
 * handed in · waiting: the connection or the storage is away, it tries again by itself · needs-file: the browser cannot
 * read the file (a reload) · stored: safe, further copies are on their way · done: all copies are there.
 */
export type UploadState = (typeof uploadStates)[number]

export type UploadError = { code: string; detail?: Record<string, string | number> | undefined }
export type UploadCopies = { have: number; want: number }
type UploadNotice = 'folder_gone' | 'renamed' | 'skipped' | 'identical'

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
  waitsFor: 'network' | 'storage'
  /** Set when the upload went on at another storage. */
  movedTo: string | null
  error: UploadError | null
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

export type UploadQueue = {
  items: ReadonlyMap<string, UploadItem>
  counts: Readonly<Record<UploadState, number>>
  /** Bytes of all files that are or were on their way, and how many of them are there. */
  allBytes: number
  sentBytes: number
  speed: Speed | null
  secondsLeft: number | null
  /** Bytes that nobody had to send. */
  sparedBytes: number
}

export type UploadAction =
  | { type: 'added'; uploads: readonly NewUpload[] }
  | { type: 'remembered'; uploads: readonly (NewUpload & { sent: number })[] }
  | { type: 'started'; id: string }
  | { type: 'progressed'; samples: readonly { id: string; sent: number }[]; now: number }
  | { type: 'sent'; id: string }
  | { type: 'paused'; ids: readonly string[] }
  | { type: 'queued'; ids: readonly string[] }
  | { type: 'interrupted'; id: string; retryAt: number; waitsFor: UploadItem['waitsFor'] }
  | { type: 'moved-on'; id: string; storage: string }
  | { type: 'file-lost'; id: string }
  | { type: 'other-file'; id: string }
  | { type: 'restarted'; id: string; file: Pick<UploadItem, 'name' | 'size' | 'lastModified'> | null }
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

const noCounts: Record<UploadState, number> = {
  queued: 0,
  uploading: 0,
  finishing: 0,
  paused: 0,
  waiting: 0,
  'needs-file': 0,
  stored: 0,
  done: 0,
  skipped: 0,
  failed: 0,
}

export const emptyQueue: UploadQueue = {
  items: new Map(),
  counts: noCounts,
  allBytes: 0,
  sentBytes: 0,
  speed: null,
  secondsLeft: null,
  sparedBytes: 0,
}

type Draft = {
  items: Map<string, UploadItem>
  counts: Record<UploadState, number>
  allBytes: number
  sentBytes: number
  speed: Speed | null
  secondsLeft: number | null
  sparedBytes: number
}

const unfinished = ['queued', 'uploading', 'finishing', 'paused', 'waiting'] as const

/** Applies actions in order over one copy of the list: a hundred thousand files are copied once for each batch. */
export function reduceUploads(queue: UploadQueue, actions: readonly UploadAction[]): UploadQueue {
  const draft: Draft = { ...queue, items: new Map(queue.items), counts: { ...queue.counts } }
  for (const action of actions) apply(draft, action)
  return draft.items.size === 0 ? emptyQueue : draft
}

function apply(draft: Draft, action: UploadAction): void {
  switch (action.type) {
    case 'added':
      for (const upload of action.uploads) put(draft, newItem(upload, 'queued', 0))
      return
    case 'remembered':
      for (const { sent, ...upload } of action.uploads) put(draft, newItem(upload, 'needs-file', sent))
      return
    case 'progressed':
      progress(draft, action.samples, action.now)
      return
    case 'paused':
      for (const id of action.ids) step(draft, id, ['queued', 'uploading', 'waiting'], { state: 'paused' })
      return
    case 'queued':
      for (const id of action.ids)
        step(draft, id, ['paused', 'waiting', 'needs-file', 'uploading'], { state: 'queued' })
      return
    case 'removed':
      for (const id of action.ids) remove(draft, id)
      return
    case 'stored':
      store(draft, action)
      return
    case 'restarted':
      step(draft, action.id, ['failed', 'needs-file'], { state: 'queued', sent: 0, ...(action.file ?? {}) })
      return
    default: {
      const { from, change } = transitionOf(action)
      step(draft, action.id, from, change)
    }
  }
}

type OneFileAction = Exclude<
  UploadAction,
  { type: 'added' | 'remembered' | 'progressed' | 'paused' | 'queued' | 'removed' | 'restarted' | 'stored' }
>
type Transition = { from: readonly UploadState[]; change: Partial<UploadItem> }

function transitionOf(action: OneFileAction): Transition {
  switch (action.type) {
    case 'started':
      return { from: ['queued', 'waiting'], change: { state: 'uploading' } }
    case 'sent':
      return { from: unfinished, change: { state: 'finishing' } }
    case 'interrupted': {
      const { retryAt, waitsFor } = action
      return { from: ['queued', 'uploading', 'finishing', 'waiting'], change: { state: 'waiting', retryAt, waitsFor } }
    }
    case 'moved-on':
      return { from: unfinished, change: { movedTo: action.storage } }
    case 'file-lost':
      return { from: unfinished, change: { state: 'needs-file' } }
    case 'other-file':
      return { from: ['needs-file'], change: { otherFile: true } }
    case 'identical':
      return { from: ['queued'], change: { state: 'skipped', notice: 'identical' } }
    case 'checked':
      return { from: unfinished, change: { checked: action.bytes } }
    case 'copies': {
      const { copies } = action
      return { from: ['stored', 'done'], change: { copies, state: copies.have >= copies.want ? 'done' : 'stored' } }
    }
    case 'failed':
      return { from: [...unfinished, 'needs-file'], change: { state: 'failed', error: action.error } }
  }
}

function store(draft: Draft, action: Extract<UploadAction, { type: 'stored' }>): void {
  const item = draft.items.get(action.id)
  const spared = action.instant === true && item !== undefined && item.sent < item.size ? item.size - item.sent : null
  step(draft, action.id, unfinished, {
    state: action.entryId === null ? 'skipped' : 'stored',
    entryId: action.entryId,
    storedName: action.name,
    notice: action.notice,
    spared,
  })
}

function newItem(upload: NewUpload, state: UploadState, sent: number): UploadItem {
  return {
    ...upload,
    state,
    sent,
    speed: null,
    retryAt: null,
    waitsFor: 'network',
    movedTo: null,
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

function progress(draft: Draft, samples: readonly { id: string; sent: number }[], now: number): void {
  for (const { id, sent } of samples) {
    const item = draft.items.get(id)
    if (item?.state !== 'uploading') continue
    put(draft, { ...item, sent: Math.min(sent, item.size), speed: sampleSpeed(item.speed, sent, now) })
  }
  const elapsed = draft.speed === null ? 0 : (now - draft.speed.at) / 1000
  draft.speed = sampleSpeed(draft.speed, draft.sentBytes, now)
  const rate = draft.speed.bytesPerSecond
  const estimate = rate > 0 ? (draft.allBytes - draft.sentBytes) / rate : null
  draft.secondsLeft = steadySecondsLeft(draft.secondsLeft, estimate, elapsed)
}

/** Changes one file if it is in one of the states; a late event about a file that moved on is no event. */
function step(draft: Draft, id: string, from: readonly UploadState[], change: Partial<UploadItem>): void {
  const item = draft.items.get(id)
  if (item === undefined || !from.includes(item.state)) return
  const fresh = change.state === undefined || change.state === item.state ? {} : freshFor(change.state)
  const sent = change.state === 'finishing' || change.state === 'stored' ? { sent: item.size } : {}
  put(draft, { ...item, ...fresh, ...sent, ...change })
}

// What does not survive a change of state.
function freshFor(state: UploadState): Partial<UploadItem> {
  return {
    otherFile: false,
    retryAt: null,
    checked: null,
    ...(state === 'failed' ? {} : { error: null }),
    ...(state === 'uploading' ? {} : { speed: null }),
  }
}

function put(draft: Draft, item: UploadItem): void {
  tally(draft, draft.items.get(item.id), -1)
  draft.items.set(item.id, item)
  tally(draft, item, 1)
}

function remove(draft: Draft, id: string): void {
  tally(draft, draft.items.get(id), -1)
  draft.items.delete(id)
}

function tally(draft: Draft, item: UploadItem | undefined, sign: 1 | -1): void {
  if (item === undefined) return
  draft.counts[item.state] += sign
  draft.sparedBytes += sign * (item.spared ?? 0)
  if (item.state === 'failed' || item.state === 'skipped' || item.state === 'needs-file') return
  const whole = item.state === 'stored' || item.state === 'done' || item.state === 'finishing'
  draft.allBytes += sign * item.size
  draft.sentBytes += sign * (whole ? item.size : item.sent)
}
