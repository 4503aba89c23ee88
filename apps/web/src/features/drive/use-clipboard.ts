'use client'

import { useLayoutEffect, useRef, useSyncExternalStore } from 'react'
import type { Chosen } from './chosen.ts'

const TYPE = 'application/x-cairn-entries'

/** Entries that wait to be pasted, and the place from which they were taken. */
export type Clip = { cut: boolean; from: string; chosen: Chosen }

// For the menu, which cannot read the browser's clipboard without asking. The keys go by the browser's own, so that
// whatever was copied last, a screenshot or entries of another tab, is what is pasted.
let kept: Clip | null = null
const listeners = new Set<() => void>()

export function keepClip(clip: Clip | null): void {
  kept = clip
  for (const listener of listeners) listener()
}

export function useKeptClip(): Clip | null {
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    () => kept,
    () => null,
  )
}

type ClipboardOptions = {
  /** What copying or cutting would take now. */
  take: (cut: boolean) => Clip | null
  paste: (clip: Clip) => void
}

/** Ctrl-C, Ctrl-X and Ctrl-V on entries, as events of the clipboard: text fields and selected text keep theirs. */
export function useClipboard({ take, paste }: ClipboardOptions): void {
  const latest = useRef({ take, paste })
  latest.current = { take, paste }
  // Before the page is painted: whoever sees the list can paste into it.
  useLayoutEffect(() => {
    const copy = (event: ClipboardEvent) => {
      if (!isForList() || window.getSelection()?.isCollapsed === false) return
      const clip = latest.current.take(event.type === 'cut')
      if (clip === null || event.clipboardData === null) return
      event.preventDefault()
      event.clipboardData.setData(TYPE, JSON.stringify(clip))
      event.clipboardData.setData('text/plain', clip.chosen.name)
      keepClip(clip)
    }
    const insert = (event: ClipboardEvent) => {
      const text = event.clipboardData?.getData(TYPE) ?? ''
      if (text === '' || !isForList()) return
      event.preventDefault()
      // Written by `copy` above, in this tab or another one of this origin.
      latest.current.paste(JSON.parse(text) as Clip)
    }
    document.addEventListener('copy', copy)
    document.addEventListener('cut', copy)
    document.addEventListener('paste', insert)
    return () => {
      document.removeEventListener('copy', copy)
      document.removeEventListener('cut', copy)
      document.removeEventListener('paste', insert)
    }
  }, [])
}

// By what has the focus: the event itself goes to wherever text was selected last, which may be anywhere on the page.
function isForList(): boolean {
  return document.activeElement?.closest('input, textarea, [contenteditable], [role="dialog"], [role="menu"]') === null
}
