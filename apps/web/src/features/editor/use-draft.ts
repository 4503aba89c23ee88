import { type RefObject, useEffect, useRef } from 'react'
import type { Drafts } from './drafts.ts'
import type { TextFieldHandle } from './text-field.tsx'

const AFTER_MS = 400

type DraftOptions = {
  id: string
  /** The hash of the content that the text is based on. */
  base: RefObject<string>
  field: RefObject<TextFieldHandle | null>
  drafts: Drafts
}

/** Keeps on this device what is written, a moment after it was. */
export function useDraft({ id, base, field, drafts }: DraftOptions) {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const stop = () => {
    if (timer.current !== null) clearTimeout(timer.current)
    timer.current = null
  }
  const keep = () => {
    stop()
    const text = field.current?.written()
    if (text !== undefined) void drafts.keep({ id, text, sha256: base.current, at: Date.now() })
  }
  const latest = useRef({ keep, stop })
  latest.current = { keep, stop }
  // A page that is hidden may never be shown again.
  useEffect(() => {
    const hide = () => {
      if (timer.current !== null) latest.current.keep()
    }
    document.addEventListener('visibilitychange', hide)
    return () => {
      document.removeEventListener('visibilitychange', hide)
      latest.current.stop()
    }
  }, [])
  return {
    keepSoon: () => {
      stop()
      timer.current = setTimeout(keep, AFTER_MS)
    },
    drop: async () => {
      stop()
      await drafts.drop(id)
    },
  }
}
