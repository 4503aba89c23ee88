'use client'

import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react'
import { listenToFocus } from '../../components/use-focus-handed-on.ts'

/** A row, and one of its buttons counted from the end, where pause and cancel are. */
type Held = { row: string; rowAt: number; fromEnd: number }

/**
 * Rows change their places, and buttons go when they were pressed: whoever walks by keys stays at the same button, else
 * at its row, else at the row that came in its place. Never at another button: Return twice must not cancel what it was
 * to pause. Rows have `data-row` and can be focused by a script.
 */
export function useKeptFocus(list: RefObject<HTMLElement | null>): void {
  const held = useRef<Held | null>(null)
  useEffect(() => {
    const element = list.current
    if (element === null) return
    const take = ({ target }: FocusEvent) => {
      if (target instanceof HTMLElement && !isRow(target)) held.current = placeOf(element, target)
    }
    const leave = ({ relatedTarget }: FocusEvent) => {
      // What goes while it has the focus leaves it to nobody.
      if (relatedTarget instanceof Element && !element.contains(relatedTarget)) held.current = null
    }
    const forget = () => {
      held.current = null
    }
    return listenToFocus(element, { take, leave, press: forget })
  }, [list])
  // After every change of the rows.
  useLayoutEffect(() => {
    const { activeElement: active } = document
    if (held.current === null || list.current === null) return
    if (active === document.body || isRow(active)) focusAgain(list.current, held.current)
  })
}

const isRow = (element: Element | null) => element instanceof HTMLElement && element.dataset['row'] !== undefined
const rowsOf = (list: Element) => [...list.querySelectorAll<HTMLElement>('[data-row]')]
const buttonsOf = (row: Element) => [...row.querySelectorAll('button')]

function placeOf(list: Element, target: Element): Held | null {
  const rows = rowsOf(list)
  const rowAt = rows.findIndex((row) => row.contains(target))
  const row = rows[rowAt]
  if (row === undefined) return null
  const buttons = buttonsOf(row)
  return {
    row: row.dataset['row'] ?? '',
    rowAt,
    fromEnd: buttons.findIndex((button) => button === target) - buttons.length,
  }
}

function focusAgain(list: Element, { row: key, rowAt, fromEnd }: Held): void {
  const rows = rowsOf(list)
  const same = rows.find((row) => row.dataset['row'] === key)
  const place = same === undefined ? rows[Math.min(rowAt, rows.length - 1)] : (buttonsOf(same).at(fromEnd) ?? same)
  place?.focus({ preventScroll: true })
}
