'use client'

import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { somethingIsLeft } from './upload-hint.ts'
import type { UploadEvents } from './upload-outcomes.ts'
import type { UploadSession } from './upload-session.ts'
import { emptySummary, type UploadSummary } from './upload-summary.ts'

export type Uploads = {
  /** Null until something is uploaded: a page that uploads nothing does not load what uploads need. */
  session: UploadSession | null
  open: () => Promise<UploadSession>
}

/** The uploads of this page. What an earlier page left is taken up at once. */
export function useUploads(personId: string, events: UploadEvents): Uploads {
  const [session, setSession] = useState<UploadSession | null>(null)
  const opening = useRef<Promise<UploadSession> | null>(null)
  const [open] = useState(() => () => {
    opening.current ??= openedSession(personId, events, setSession).catch((error: unknown) => {
      // Without a network: the next attempt fetches it again.
      opening.current = null
      throw error
    })
    return opening.current
  })
  useEffect(() => {
    if (somethingIsLeft(personId)) void open().catch(() => undefined)
  }, [open, personId])
  useEffect(() => () => session?.close(), [session])
  return { session, open }
}

async function openedSession(
  personId: string,
  events: UploadEvents,
  onOpen: (session: UploadSession) => void,
): Promise<UploadSession> {
  const { UploadSession } = await import('./upload-session.ts')
  const session = new UploadSession(personId, events)
  session.open()
  onOpen(session)
  return session
}

const nothing = () => () => undefined

/** All uploads as they are now; repaints at most ten times a second. */
export function useUploadSummary(session: UploadSession | null): UploadSummary {
  return useSyncExternalStore(
    session?.store.subscribe ?? nothing,
    session?.store.snapshot ?? (() => emptySummary),
    () => emptySummary,
  )
}
