import type { UploadAction } from './upload-action.ts'
import type { UploadItem, UploadState } from './upload-item.ts'

type OneFileAction = Exclude<UploadAction, { type: 'added' | 'remembered' | 'before' | 'progressed' | 'removed' }>

/** From which states an event changes a file, and into what. */
export type Transition = { from: readonly UploadState[]; change: Partial<UploadItem>; instant?: boolean }

const unfinished = ['queued', 'uploading', 'finishing', 'paused', 'waiting', 'elsewhere'] as const

export function transitionOf(action: OneFileAction): Transition {
  switch (action.type) {
    case 'started':
      return { from: ['queued', 'waiting'], change: { state: 'uploading' } }
    case 'sent':
      return { from: unfinished, change: { state: 'finishing' } }
    case 'paused':
      return { from: ['queued', 'uploading', 'waiting'], change: { state: 'paused' } }
    case 'queued':
      return { from: ['paused', 'waiting', 'needs-file', 'uploading', 'elsewhere'], change: { state: 'queued' } }
    case 'interrupted': {
      const { retryAt, waitsFor } = action
      return { from: ['queued', 'uploading', 'finishing', 'waiting'], change: { state: 'waiting', retryAt, waitsFor } }
    }
    case 'moved-on':
      return { from: unfinished, change: { movedTo: action.storage, startsOver: action.startsOver } }
    case 'elsewhere':
      return { from: unfinished, change: { state: 'elsewhere', device: action.device } }
    case 'file-lost':
      return { from: unfinished, change: { state: 'needs-file' } }
    case 'other-file':
      return { from: ['needs-file'], change: { otherFile: true } }
    case 'restarted':
      return {
        from: ['failed', 'needs-file', ...unfinished],
        change: { state: 'queued', sent: 0, ...(action.file ?? {}) },
      }
    case 'identical':
      return { from: ['queued'], change: { state: 'skipped', notice: 'identical' } }
    case 'checked':
      return { from: unfinished, change: { checked: action.bytes } }
    case 'stored':
      return storing(action)
    case 'copies': {
      const { copies } = action
      return { from: ['stored', 'done'], change: { copies, state: copies.have >= copies.want ? 'done' : 'stored' } }
    }
    case 'failed':
      return { from: [...unfinished, 'needs-file'], change: { state: 'failed', error: action.error } }
  }
}

function storing({ entryId, name, notice, instant = false }: Extract<UploadAction, { type: 'stored' }>): Transition {
  const state = entryId === null ? 'skipped' : 'stored'
  // One that lacks its file was finished by another page.
  return { from: [...unfinished, 'needs-file'], change: { state, entryId, storedName: name, notice }, instant }
}

/** The file after the event. */
export function changed(item: UploadItem, { change, instant = false }: Transition): UploadItem {
  const fresh = change.state === undefined || change.state === item.state ? {} : freshFor(change.state)
  const sent = change.state === 'finishing' || change.state === 'stored' ? { sent: item.size } : {}
  const spared = instant && item.sent < item.size ? { spared: item.size - item.sent } : {}
  return { ...item, ...fresh, ...sent, ...spared, ...change }
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
