import { nothingBefore, type StoredBefore, type UploadSummary } from './upload-summary.ts'
import { openCount, uploadedCount } from './upload-view.ts'

const KEY = 'cairn.uploads.stored.'

/** For the next page of this tab: of a queue that is not at its end, what is stored. */
export function leaveStored(personId: string, queue: UploadSummary): void {
  // A page that is left before it has taken anything up leaves what it found.
  if (queue.files === 0) return
  const stored: StoredBefore = { files: uploadedCount(queue), bytes: queue.storedBytes }
  touch((storage) => {
    if (openCount(queue) === 0) storage.removeItem(KEY + personId)
    else storage.setItem(KEY + personId, JSON.stringify(stored))
  })
}

/** What the page before has left in this tab, once. */
export function takeStored(personId: string): StoredBefore {
  const text = touch((storage) => {
    const left = storage.getItem(KEY + personId)
    storage.removeItem(KEY + personId)
    return left
  })
  // Written by this page alone.
  return typeof text === 'string' ? (JSON.parse(text) as StoredBefore) : nothingBefore
}

/** A browser that keeps nothing (a private window) throws at any touch: then a bar begins anew with its page. */
function touch<Value>(act: (storage: Storage) => Value): Value | null {
  try {
    return act(sessionStorage)
  } catch (error) {
    if (error instanceof DOMException) return null
    throw error
  }
}
