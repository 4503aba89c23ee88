'use client'

import { useEffect, useRef } from 'react'
import type { VisitedItem } from '../schema.ts'

export const visitedId = (id: string) => `visited-${id}`

type VisitKeysOptions = {
  items: readonly VisitedItem[]
  selected: ReadonlySet<string>
  /** Missing where people may only look: nothing can be selected there. */
  onSelect: ((ids: ReadonlySet<string>) => void) | undefined
  onDownload: (ids: readonly string[]) => void
  /** Missing at the top. */
  onParent: (() => void) | undefined
}

/** The keys of the drive's list, as far as a visitor's can do the same. */
export function useVisitKeys(options: VisitKeysOptions): void {
  const latest = useRef(options)
  latest.current = options
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || !isMeantForList(event.target)) return
      if (act(event, latest.current)) event.preventDefault()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [])
}

/** Not what is typed, and not while something lies over the list. */
function isMeantForList(target: EventTarget | null): boolean {
  if (target instanceof HTMLElement && target.closest('input, textarea, [role="menu"], [role="dialog"]') !== null) {
    return false
  }
  return document.querySelector('[role="dialog"], [role="menu"]') === null
}

/** False: the key is the browser's. */
function act(event: KeyboardEvent, { items, selected, onSelect, onDownload, onParent }: VisitKeysOptions): boolean {
  const { key, shiftKey, altKey } = event
  const main = event.ctrlKey || event.metaKey
  if (main && !shiftKey && !altKey && key.toLowerCase() === 'a') {
    onSelect?.(new Set(items.map(({ id }) => id)))
    return onSelect !== undefined
  }
  if (main) return false
  if (key === 'Backspace' || (altKey && key === 'ArrowUp')) {
    onParent?.()
    return onParent !== undefined
  }
  if (altKey) return false
  switch (key) {
    case 'Escape':
      onSelect?.(new Set())
      return selected.size > 0
    case 'D':
      if (shiftKey && selected.size > 0) onDownload([...selected])
      return shiftKey && selected.size > 0
    case ' ':
      // As long as nothing is selected, it opens what has the focus, as the browser has it.
      return selected.size > 0 && toggleFocused(items, selected, onSelect)
    default:
      return move(event, items, selected, onSelect)
  }
}

function focusedIndex(items: readonly VisitedItem[]): number {
  const focused = document.activeElement?.id ?? ''
  return items.findIndex(({ id }) => visitedId(id) === focused)
}

function toggleFocused(
  items: readonly VisitedItem[],
  selected: ReadonlySet<string>,
  onSelect: VisitKeysOptions['onSelect'],
): boolean {
  const item = items[focusedIndex(items)]
  if (item === undefined || onSelect === undefined) return false
  const next = new Set(selected)
  if (!next.delete(item.id)) next.add(item.id)
  onSelect(next)
  return true
}

/** With Shift, what is gone over is selected as well. */
function move(
  { key, shiftKey }: KeyboardEvent,
  items: readonly VisitedItem[],
  selected: ReadonlySet<string>,
  onSelect: VisitKeysOptions['onSelect'],
): boolean {
  const columns = columnsShown()
  const steps = { ArrowDown: columns, ArrowUp: -columns, ArrowRight: 1, ArrowLeft: -1 }[key]
  if (steps === undefined || (columns === 1 && (key === 'ArrowRight' || key === 'ArrowLeft'))) return false
  const from = focusedIndex(items)
  const to = from < 0 ? 0 : Math.min(items.length - 1, Math.max(0, from + steps))
  const target = items[to]
  // Rows a little beyond the screen are there already; the focus brings them into view.
  const element = target === undefined ? null : document.getElementById(visitedId(target.id))
  if (target === undefined || element === null) return false
  element.focus()
  if (shiftKey && onSelect !== undefined) {
    const range = items.slice(Math.min(Math.max(from, 0), to), Math.max(from, to) + 1)
    onSelect(new Set([...selected, ...range.map(({ id }) => id)]))
  }
  return true
}

/** How many pictures stand beside each other; a list has one column. */
function columnsShown(): number {
  const line = document.querySelector<HTMLElement>('[data-visit-line]')
  return line === null ? 1 : line.childElementCount
}
