'use client'

import { useEffect, useState, useSyncExternalStore } from 'react'
import { ContentHasher } from './content-hasher.ts'
import { refusalOf, unfinishedUploads } from './upload-api.ts'
import { UploadEngine } from './upload-engine.ts'
import { jobOfRemembered } from './upload-job.ts'
import { UploadMemory } from './upload-memory.ts'
import type { UploadEvents } from './upload-outcomes.ts'
import { UploadPresence } from './upload-presence.ts'
import { emptyQueue, type UploadQueue } from './upload-queue.ts'
import { UploadStore } from './upload-store.ts'

export type Uploads = { store: UploadStore; engine: UploadEngine; hasher: ContentHasher }

/** The uploads of this page. They live as long as the page does; what an earlier page left is taken up again. */
export function useUploads(events: UploadEvents): Uploads {
  const [uploads] = useState(() => {
    const store = new UploadStore()
    const memory = new UploadMemory()
    const hasher = new ContentHasher()
    return { store, memory, hasher, engine: new UploadEngine(store, memory, events, hasher) }
  })
  useEffect(() => {
    const { engine, memory, hasher } = uploads
    const presence = new UploadPresence(() => engine.activeUploadIds())
    engine.open()
    const adopted = new AbortController()
    void adoptUnfinished(engine, memory, presence, adopted.signal)
    return () => {
      adopted.abort()
      presence.close()
      engine.close()
      hasher.close()
    }
  }, [uploads])
  return uploads
}

/** The queue as it is now; repaints at most ten times a second. */
export function useUploadQueue(store: UploadStore): UploadQueue {
  return useSyncExternalStore(store.subscribe, store.snapshot, () => emptyQueue)
}

async function adoptUnfinished(
  engine: UploadEngine,
  memory: UploadMemory,
  presence: UploadPresence,
  signal: AbortSignal,
): Promise<void> {
  const remembered = await memory.all()
  if (remembered.length === 0 || signal.aborted) return
  try {
    const [unfinished, elsewhere] = await Promise.all([unfinishedUploads(), presence.elsewhere()])
    if (signal.aborted) return
    const known = new Set(unfinished.map(({ uploadId }) => uploadId))
    await memory.forget(remembered.flatMap(({ uploadId }) => (known.has(uploadId) ? [] : uploadId)))
    const left = remembered.filter(({ uploadId }) => known.has(uploadId) && !elsewhere.has(uploadId))
    if (left.length > 0) engine.adopt(left.map(jobOfRemembered))
  } catch (error) {
    // Without an answer they stay remembered for the next page.
    refusalOf(error)
  }
}
