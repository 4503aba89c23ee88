'use client'

import { type MouseEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { useAnnounce } from '../../components/live-region.tsx'
import { ROOT_ID } from './api-client.ts'
import type { DragGhostHandle } from './drag-ghost.tsx'
import { type Drive, useDrive } from './drive-context.tsx'
import {
  clearSelection,
  focusOn,
  isNothingSelected,
  NAMED_MAX,
  nothingSelected,
  type Selection,
  selectAll,
  selectedCount,
  selectOnly,
  withoutGone,
} from './selection.ts'
import { useSelectionText } from './selection-bar.tsx'
import { useChosenActions } from './use-chosen-actions.ts'
import type { Chosen } from './use-drive-changes.ts'
import { useFolderKeys } from './use-folder-keys.ts'
import { useGestures } from './use-gestures.ts'
import { useTargets } from './use-targets.ts'

type Parts = {
  pane: RefObject<HTMLDivElement | null>
  scroller: RefObject<HTMLDivElement | null>
  ghost: RefObject<DragGhostHandle | null>
  columns: number
}
type OpenMenu = { x: number; y: number; on: 'entries' | 'ground' }

/** An entry to bring into view; a new object for each time. */
export type Reveal = { id: string; focus: boolean }

export type FolderView = ReturnType<typeof useFolderPane>

/** Selection, keys, pointer, menus and dialogs of one open folder. */
export function useFolderPane({ pane, scroller, ghost, columns }: Parts) {
  const drive = useDrive()
  const { items, total } = drive.state
  const [selection, setSelection] = useState(() => selectionAt(drive))
  const [reveal, setReveal] = useState<Reveal | null>(() => revealAt(selection.focus))
  const [pathEdited, setPathEdited] = useState(false)
  const [menu, setMenu] = useState<OpenMenu | null>(null)
  const found = useTargets(selection)
  const { targets, bytes, chosen } = found
  useGonePruned(setSelection)
  useRevealLoaded(reveal)
  useAllLoaded(selection)
  useSelectionSaid(selection, total)

  const step = (next: Selection) => {
    setSelection(next)
    if (next.focus !== null) setReveal(revealAt(next.focus))
  }
  useShown(step)
  const leave = (gone: Chosen) => {
    const order = items.map(({ id }) => id)
    step(clearSelection(withoutGone(selection, order, new Set(gone.ids))))
    return () => setSelection((now) => (isNothingSelected(now) ? selection : now))
  }
  const doing = useChosenActions({
    targets: found,
    leave,
    onSelectAll: () => setSelection(selectAll(selection)),
  })
  const { actions } = doing
  const openMenu = (point: { x: number; y: number }) => setMenu({ ...point, on: 'entries' })
  /** Tab has led into the list: the keys are about that entry from now on, as if they had gone to it. */
  const reach = (element: Element) => {
    const id = element instanceof HTMLElement ? element.dataset['entry'] : undefined
    const known = items.some((item) => item.id === selection.focus)
    if (id !== undefined && !known) setSelection(focusOn(selection, id))
  }
  const handlers = useGestures({ selection, setSelection, chosen, ghost, openMenu })
  const clear = () => setSelection(clearSelection(selection))
  useFolderKeys({
    pane,
    scroller,
    columns,
    selection,
    step,
    setSelection,
    actions,
    targets,
    parent: () => {
      if (drive.folderId !== ROOT_ID) drive.open(drive.path.at(-2) ?? ROOT_ID)
    },
    editPath: () => setPathEdited(drive.place?.kind === 'folder'),
    openMenu: (point) => setMenu({ ...point, on: targets.length > 0 ? 'entries' : 'ground' }),
  })
  return {
    ...{ selection, setSelection, clear, targets, bytes, handlers, reveal, menu },
    ...doing,
    ...{ pathEdited, setPathEdited },
    reach,
    closeMenu: () => setMenu(null),
    groundMenu: (event: MouseEvent) => {
      if (isOnSomething(event)) return
      event.preventDefault()
      clear()
      setMenu({ x: event.clientX, y: event.clientY, on: 'ground' })
    },
    returnFocus: () => focusEntry(selection.focus),
  }
}

const revealAt = (id: string | null): Reveal | null => (id === null ? null : { id, focus: true })

/** With what a folder is opened: the entry that was to be shown, or the folder that one comes up from. */
function selectionAt({ shown, folderId, cameFrom }: Drive): Selection {
  return shown?.folderId === folderId ? selectOnly(shown.entryId) : { ...nothingSelected, focus: cameFrom }
}

/** Shows an entry of the folder that is open already. */
function useShown(step: (next: Selection) => void): void {
  const { shown, folderId } = useDrive()
  const seen = useRef(shown)
  useEffect(() => {
    if (shown === seen.current) return
    seen.current = shown
    if (shown?.folderId === folderId) step(selectOnly(shown.entryId))
  })
}

function isOnSomething({ target }: MouseEvent): boolean {
  return target instanceof Element && target.closest('[data-entry], button, a') !== null
}

/** Gives the focus to an entry, or to the one that Tab would lead to. */
export function focusEntry(id: string | null): void {
  const element = id === null ? null : document.getElementById(`entry-${id}`)
  const target = element ?? document.querySelector<HTMLElement>('[data-entry][tabindex="0"]')
  target?.focus({ preventScroll: true })
}

/** Entries that were taken away elsewhere are not selected any more; what a jump has left behind stays selected. */
function useGonePruned(setSelection: (change: (before: Selection) => Selection) => void): void {
  const { items, start } = useDrive().state
  const shown = useRef({ here: items.map(({ id }) => id), start })
  useEffect(() => {
    const last = shown.current
    const here = items.map(({ id }) => id)
    shown.current = { here, start }
    if (last.start !== start) return
    const present = new Set(here)
    const gone = new Set(last.here.filter((id) => !present.has(id)))
    if (gone.size > 0) setSelection((before) => withoutGone(before, last.here, gone))
  }, [items, start, setSelection])
}

/** What is to be seen but lies in a page that is not loaded, like the folder that one comes back from, is jumped to. */
function useRevealLoaded(reveal: Reveal | null): void {
  const { items, total, status, jumpTo } = useDrive().state
  const asked = useRef<Reveal | null>(null)
  const missing = reveal !== null && items.length < total && !items.some(({ id }) => id === reveal.id)
  useEffect(() => {
    if (!missing || status !== 'ready' || jumpTo === null || asked.current === reveal) return
    asked.current = reveal
    void jumpTo({ around: reveal.id })
  }, [missing, status, jumpTo, reveal])
}

/**
 * Of a search no predicate can be made that still holds later: all of it, which is little, is loaded and named. So is all of any other
 * place that has no more than can be named, for what is done only to entries that are.
 */
function useAllLoaded({ mode }: Selection): void {
  const { place, state } = useDrive()
  const { items, total, hasMore, loadMore, loadBefore } = state
  const missing = place?.kind === 'search' ? hasMore : total <= NAMED_MAX && items.length < total
  const wanted = mode === 'all' && missing
  useEffect(() => {
    if (!wanted) return
    loadMore()
    loadBefore()
  }, [wanted, loadMore, loadBefore])
}

function useSelectionSaid(selection: Selection, total: number): void {
  const announce = useAnnounce()
  const text = useSelectionText()
  const said = selectedCount(selection, total) === 0 ? '' : text(selection, total)
  useEffect(() => {
    if (said !== '') announce(said)
  }, [said, announce])
}
