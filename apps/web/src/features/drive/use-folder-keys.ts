'use client'

import { useRouter } from 'next/navigation'
import { type RefObject, useRef } from 'react'
import type { MenuAction } from '../../components/menu-action.ts'
import { usePreferences } from '../../components/preferences-provider.tsx'
import { useDrive } from './drive-context.tsx'
import { useEntryDoors } from './entry-doors.tsx'
import { useHelp } from './help-context.tsx'
import type { EntryItem } from './schema.ts'
import {
  clearSelection,
  extendTo,
  extendToEnd,
  focusOn,
  neighbour,
  type Selection,
  selectAll,
  selectOnly,
  toggle,
} from './selection.ts'
import type { Command, GoTarget, SimpleCommand } from './shortcuts.ts'
import { type EntryActions, useOpening } from './use-entry-actions.ts'
import { useListKeys } from './use-list-keys.ts'
import { useListView } from './use-list-view.ts'
import { useTypedName } from './use-typed-name.ts'

const ROW_PX = 40

const goPaths: Record<GoTarget, string> = {
  drive: '/drive',
  recent: '/recent',
  favourites: '/favourites',
  shared: '/shared',
  trash: '/trash',
}

type FolderKeysOptions = {
  pane: RefObject<HTMLDivElement | null>
  scroller: RefObject<HTMLDivElement | null>
  /** How many entries stand beside each other. */
  columns: number
  selection: Selection
  setSelection: (selection: Selection) => void
  /** Sets the selection and brings its focus into view. */
  step: (selection: Selection) => void
  actions: EntryActions
  targets: readonly EntryItem[]
  parent: () => void
  editPath: () => void
  openMenu: (point: { x: number; y: number }) => void
}

/** What the keys do in an open folder. */
export function useFolderKeys(options: FolderKeysOptions): void {
  const { pane, scroller, columns, selection, step } = options
  const { items, start, total, jumpTo } = useDrive().state
  const router = useRouter()
  const { preferences } = usePreferences()
  const ids = items.map(({ id }) => id)
  const keys = useRef(0)
  const findTyped = useTypedName()

  const go = (id: string | null, extend: boolean, keep = false) => {
    if (id === null) return
    if (keep) step(focusOn(selection, id))
    else step(extend ? extendTo(selection, ids, id) : selectOnly(id))
  }
  const move = ({ by, direction, extend, keep }: Extract<Command, { type: 'move' }>) => {
    if (by === 'column' && columns === 1) return
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX) - 1)
    const steps = { row: columns, column: 1, page: page * columns }[by]
    go(neighbour(ids, selection.focus, direction * steps), extend, keep)
  }
  /** The first or last of all entries, also when it is not loaded. */
  const goToEdge = async ({ direction, extend }: Extract<Command, { type: 'edge' }>) => {
    const isLoaded = direction > 0 ? start + items.length >= total : start === 0
    const edgeOf = (list: readonly { id: string }[]) => list.at(direction > 0 ? -1 : 0)?.id ?? null
    if (isLoaded || jumpTo === null) return go(edgeOf(items), extend)
    const isBehindLoaded = direction > 0 ? start === 0 : start + items.length >= total
    if (extend && !isBehindLoaded) return go(edgeOf(items), true)
    const pressed = keys.current
    const id = edgeOf((await jumpTo({ at: direction > 0 ? total - 1 : 0 })).items)
    // Whoever has pressed another key since is elsewhere.
    if (keys.current !== pressed) return
    const extended = extend && id !== null ? extendToEnd(selection, ids, { id, direction }) : null
    if (extended === null) go(id, false)
    else step(extended)
  }
  const goToName = async (text: string) => {
    keys.current += 1
    const pressed = keys.current
    const id = await findTyped(text)
    if (keys.current === pressed && id !== null) step(focusOn(selectOnly(id), id))
  }
  const focusedAt = (): { x: number; y: number } => {
    const box = document.getElementById(`entry-${selection.focus ?? ''}`)?.getBoundingClientRect()
    return box === undefined ? { x: 300, y: 200 } : { x: box.left + 48, y: box.bottom - 8 }
  }

  const simple = useSimpleCommands(options, focusedAt)

  useListKeys({
    pane,
    letters: preferences.letters === 'commands',
    onCommand: (command) => {
      keys.current += 1
      if (command.type === 'move') move(command)
      else if (command.type === 'go') router.push(goPaths[command.to])
      else if (command.type === 'edge') void goToEdge(command)
      else simple[command.type]()
    },
    onTyped: (text) => void goToName(text),
  })
}

/** Commands without a direction. */
function useSimpleCommands(
  options: FolderKeysOptions,
  focusedAt: () => { x: number; y: number },
): Record<SimpleCommand, () => void> {
  const { selection, setSelection, actions, targets } = options
  const drive = useDrive()
  const doors = useEntryDoors()
  const help = useHelp()
  const { openEntry } = useOpening()
  const { view, setView } = useListView()
  const { items } = drive.state
  const onTargets = (action: MenuAction | null) => {
    if (targets.length > 0) action?.run()
  }
  return {
    toggle: () => {
      // One file under the focus is looked at; more than one thing is being selected.
      const { mode, ids, focus } = selection
      const isAlone = mode === 'some' && (ids.size === 0 || (ids.size === 1 && focus !== null && ids.has(focus)))
      if (isAlone && actions.preview !== null) actions.preview.run()
      else if (selection.focus !== null) setSelection(toggle(selection, selection.focus))
    },
    open: () => {
      const focused = items.find(({ id }) => id === selection.focus)
      if (focused !== undefined) openEntry(focused)
    },
    parent: options.parent,
    selectAll: () => {
      if (items.length > 0) setSelection(selectAll(selection))
    },
    escape: () => setSelection(clearSelection(selection)),
    rename: () => actions.rename?.run(),
    trash: () => onTargets(actions.trash ?? actions.remove),
    undo: () => void drive.changes.undoLast(),
    redo: () => void drive.changes.redoLast(),
    copyHere: () => onTargets(actions.copy),
    remove: () => onTargets(actions.remove),
    uploadFiles: () => drive.pick('files'),
    uploadFolder: () => drive.pick('folder'),
    newFolder: () => drive.setNaming({ kind: 'create' }),
    moveTo: () => onTargets(actions.move),
    download: () => (actions.download ?? actions.zip)?.run(),
    share: () => actions.share?.run(),
    tags: () => actions.tags?.run(),
    favourite: () => actions.favourite?.run(),
    details: () => actions.details?.run(),
    palette: () => doors.palette?.(),
    editPath: options.editPath,
    switchView: () => setView(view === 'list' ? 'grid' : 'list'),
    menu: () => {
      options.openMenu(focusedAt())
    },
    help,
  }
}
