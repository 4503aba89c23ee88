'use client'

import { useTranslations } from 'next-intl'
import { useEffect, useState } from 'react'
import { useToast } from '../../../components/toast.tsx'
import type { SaveProgress } from '../schema.ts'
import { saveProgress, saveToDrive } from './visit-api.ts'

const SAVE_LATER_KEY = 'cairn.save-share'
const ASK_EVERY_MS = 1000

/** The copies were begun and did not all come. */
export class SaveStopped extends Error {
  readonly code: string | null

  constructor({ error }: SaveProgress) {
    super('the copies stopped before their end')
    this.name = 'SaveStopped'
    this.code = error
  }
}

type SaveOptions = {
  isReady: boolean
  signedIn: boolean
  onRefused: (error: unknown) => void
  onEnd: () => void
}

/** Copies what a link holds into the drive of who is signed in; asks them to sign in first when nobody is. */
export function useSave(id: string, { isReady, signedIn, onRefused, onEnd }: SaveOptions) {
  const t = useTranslations('visitor')
  const toast = useToast()
  const [progress, setProgress] = useState<SaveProgress | 'begun' | null>(null)
  const save = async (ids?: readonly string[]) => {
    if (!signedIn) {
      window.sessionStorage.setItem(SAVE_LATER_KEY, JSON.stringify({ id, ids }))
      window.location.assign(`/sign-in?for=save&next=${encodeURIComponent(window.location.pathname)}`)
      return
    }
    setProgress('begun')
    try {
      await ended(await saveToDrive(id, ids), setProgress)
      toast({
        text: t('saved', { name: t('drive') }),
        action: { label: t('show'), run: () => window.location.assign('/drive') },
      })
    } catch (error) {
      onRefused(error)
    }
    setProgress(null)
    onEnd()
  }
  useSaveLater(id, signedIn && isReady, save)
  return {
    save: (ids?: readonly string[]) => void save(ids),
    saving: progress !== null,
    /** What the button says meanwhile. */
    savingText:
      progress === null || progress === 'begun' ? t('saving') : t('savingOf', { n: progress.done, m: progress.total }),
  }
}

/** The server goes on by itself; this only looks how far it is. Throws SaveStopped. */
async function ended(begun: SaveProgress, onProgress: (progress: SaveProgress) => void): Promise<void> {
  let now = begun
  while (now.state === 'queued' || now.state === 'running') {
    onProgress(now)
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
    now = await saveProgress(now)
  }
  if (now.state !== 'done') throw new SaveStopped(now)
}

/** Whoever was sent to sign in by "save" comes back to it done. Kept in the tab, so that no link can ask for it. */
function useSaveLater(id: string, ready: boolean, save: (ids?: readonly string[]) => Promise<void>): void {
  useEffect(() => {
    if (!ready) return
    const kept = window.sessionStorage.getItem(SAVE_LATER_KEY)
    if (kept === null) return
    // Written by this page alone.
    const wanted = JSON.parse(kept) as { id: string; ids?: string[] }
    if (wanted.id !== id) return
    window.sessionStorage.removeItem(SAVE_LATER_KEY)
    void save(wanted.ids)
  })
}
