'use client'

import { type RefObject, useEffect, useRef } from 'react'
import { type Command, commandOf } from './shortcuts.ts'

const TYPING_MS = 800

type ListKeysOptions = {
  pane: RefObject<HTMLElement | null>
  onCommand: (command: Exclude<Command, { type: 'letter' }>) => void
  /** Letters typed in one go. */
  onTyped: (text: string) => void
}

/** Keys act when the list has the focus, or nothing has it. */
export function useListKeys({ pane, onCommand, onTyped }: ListKeysOptions): void {
  const latest = useRef({ onCommand, onTyped })
  latest.current = { onCommand, onTyped }
  const typed = useRef({ text: '', at: 0 })
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || !isListFocused(event, pane.current)) return
      const { key, shiftKey: shift, altKey: alt, ctrlKey, metaKey } = event
      const fresh = event.timeStamp - typed.current.at > TYPING_MS
      const going = !fresh && /^[\p{L}\p{N} ._-]$/u.test(key) && !ctrlKey && !metaKey && !alt
      const command: Command | null = going
        ? { type: 'letter', letter: key }
        : commandOf({ key, shift, alt, main: ctrlKey || metaKey })
      if (command === null) return
      event.preventDefault()
      if (command.type !== 'letter') {
        latest.current.onCommand(command)
        return
      }
      typed.current = { text: (fresh ? '' : typed.current.text) + command.letter, at: event.timeStamp }
      latest.current.onTyped(typed.current.text)
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [pane])
}

function isListFocused(event: KeyboardEvent, pane: HTMLElement | null): boolean {
  const { target } = event
  if (target === document.body || target === pane) return true
  return (
    target instanceof HTMLElement && target.matches('[data-entry], [role="grid"]') && pane?.contains(target) === true
  )
}
