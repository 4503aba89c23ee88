'use client'

import { type RefObject, useLayoutEffect, useRef } from 'react'
import { type Command, commandOf, goCommand, type KeyPress } from './shortcuts.ts'

const TYPING_MS = 800

type ListKeysOptions = {
  pane: RefObject<HTMLElement | null>
  /** A letter alone may be a command. */
  letters: boolean
  onCommand: (command: Exclude<Command, { type: 'letter' }>) => void
  /** Letters typed in one go. */
  onTyped: (text: string) => void
}

/** Keys act when the list has the focus, or nothing has it; a few everywhere on the page. */
export function useListKeys({ pane, letters, onCommand, onTyped }: ListKeysOptions): void {
  const latest = useRef({ letters, onCommand, onTyped })
  latest.current = { letters, onCommand, onTyped }
  const typed = useRef({ text: '', at: Number.NEGATIVE_INFINITY })
  // Before the page is painted: whoever sees the list can use its keys.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return
      const { key, shiftKey: shift, altKey: alt, ctrlKey, metaKey } = event
      const fresh = event.timeStamp - typed.current.at > TYPING_MS
      const going = !fresh && /^[\p{L}\p{N} ._-]$/u.test(key) && !ctrlKey && !metaKey && !alt
      const pressed = { key, shift, alt, main: ctrlKey || metaKey }
      const command = meaningOf(pressed, going ? typed.current.text : null, latest.current.letters)
      if (command === null || !isMeantForList(event, pane.current, command)) return
      event.preventDefault()
      if (command.type !== 'letter') {
        typed.current = { text: '', at: Number.NEGATIVE_INFINITY }
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

/** `typed`: what was typed just before; null when this begins something new. */
function meaningOf(pressed: KeyPress, typed: string | null, letters: boolean): Command | null {
  if (typed === null) return commandOf(pressed, letters)
  const go = typed === 'g' && letters ? goCommand(pressed) : null
  return go ?? { type: 'letter', letter: pressed.key }
}

/** With the focus on a button of the page, only keys that mean nothing to a button act on the list. */
const everywhere: ReadonlySet<Command['type']> = new Set([
  'selectAll',
  'undo',
  'redo',
  'rename',
  'trash',
  'palette',
  'editPath',
])

function isMeantForList(event: KeyboardEvent, pane: HTMLElement | null, command: Command): boolean {
  const { target, metaKey } = event
  // ⌘ with ← and → leads through the browser's history.
  if (metaKey && command.type === 'move' && command.by === 'column') return false
  if (target === document.body || target === pane) return true
  if (!(target instanceof HTMLElement)) return false
  if (target.matches('[data-entry], [role="grid"]') && pane?.contains(target) === true) return true
  const busy = target.closest('[role="dialog"], [role="menu"], input, textarea') !== null
  return !busy && everywhere.has(command.type)
}
