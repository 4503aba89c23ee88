'use client'

import dynamic from 'next/dynamic'
import { useTranslations } from 'next-intl'
import { type ReactNode, type RefObject, useRef, useState } from 'react'
import { PointMenu } from '../../components/menu.tsx'
import { useCoarsePointer, usePhone } from '../../components/use-media-query.ts'
import { useOnceOpen } from '../../components/use-once-open.ts'
import { DetailsArea } from './details-area.tsx'
import { DragGhost, type DragGhostHandle } from './drag-ghost.tsx'
import { useDrive } from './drive-context.tsx'
import { DropPane } from './drop-pane.tsx'
import { useEntryDoors } from './entry-doors.tsx'
import { EntryList } from './entry-list.tsx'
import { EntrySummary } from './entry-summary.tsx'
import { FolderVoid } from './folder-void.tsx'
import { ListHeader } from './list-header.tsx'
import { PathBar, PhoneTitle } from './path-bar.tsx'
import { PhoneActions } from './phone-actions.tsx'
import type { Band } from './rubber-band.ts'
import { selectAll, selectedCount } from './selection.ts'
import { PhoneSelectionTitle, SelectionBar, useSelectionText } from './selection-bar.tsx'
import { TrashBar } from './trash-bar.tsx'
import { TrashHeads } from './trash-cells.tsx'
import { useBackEnds } from './use-back-ends.ts'
import { barOf, menuOf, phoneBarOf } from './use-entry-actions.ts'
import { type FolderView, useFolderPane } from './use-folder-pane.ts'
import { useListView } from './use-list-view.ts'
import { usePlaceName } from './use-place-name.ts'
import { useRubberBand } from './use-rubber-band.ts'

// Also made on the server, for who has chosen it; nobody else pays for it.
const EntryGrid = dynamic(() => import('./entry-grid.tsx').then((module) => module.EntryGrid))
const MoveDialog = dynamic(() => import('./move-dialog.tsx').then((module) => module.MoveDialog), { ssr: false })
const Scrubber = dynamic(() => import('./scrubber.tsx').then((module) => module.Scrubber), { ssr: false })
const TouchGestures = dynamic(() => import('./touch/touch-gestures.tsx').then((module) => module.TouchGestures), {
  ssr: false,
})
const DeleteDialog = dynamic(() => import('./delete-dialog.tsx').then((module) => module.DeleteDialog), { ssr: false })

/** One open folder: its bars, its entries, and what is done to them. Another folder is another pane. */
export function FolderPane() {
  const { state } = useDrive()
  const phone = usePhone()
  const { view: listView } = useListView()
  const scroller = useRef<HTMLDivElement>(null)
  const pane = useRef<HTMLDivElement>(null)
  const ghost = useRef<DragGhostHandle>(null)
  const [columns, setColumns] = useState(1)
  const view = useFolderPane({ pane, scroller, ghost, columns: listView === 'grid' ? columns : 1 })
  const filled = state.status === 'ready' && state.total > 0
  const Bars = phone ? PhoneBars : DeskBars
  return (
    <div ref={pane} className="flex min-h-0 flex-1 flex-col">
      <Bars view={view}>
        {filled ? (
          <Scroller view={view} scroller={scroller} onColumns={setColumns} />
        ) : (
          <div id="files" className="flex min-h-0 flex-1 flex-col">
            <FolderVoid onContextMenu={view.groundMenu} />
          </div>
        )}
      </Bars>
      <DragGhost ref={ghost} />
      <Overlays view={view} />
    </div>
  )
}

type BarsProps = { view: FolderView; children: ReactNode }

function DeskBars({ view, children }: BarsProps) {
  const { state, path } = useDrive()
  const { view: listView } = useListView()
  const bar = useBar(view)
  const filled = state.status === 'ready' && state.total > 0
  const list = listView === 'list'
  return (
    <>
      <PathBar
        path={path}
        lost={state.status === 'not-found'}
        edited={view.pathEdited}
        onEdit={view.setPathEdited}
        counts={state.status === 'ready' ? { total: state.total, bytes: state.totalBytes } : null}
      />
      <TrashBar onEmpty={view.emptyTrash} />
      <TypeBar />
      <div className="relative flex min-h-0 flex-1">
        <DropPane>
          {/* The grid has no column heads: there the bar lies over the first heading, so that nothing moves. */}
          {filled && (list || bar.count > 0) ? (
            <div
              className={
                list
                  ? 'scrollbar-thin shrink-0 overflow-hidden [scrollbar-gutter:stable] phone:invisible'
                  : 'absolute inset-x-0 top-0 z-10 bg-surface'
              }
            >
              {bar.count > 0 ? <SelectionBar {...bar} bytes={view.bytes} /> : <Heads onSelectAll={bar.onSelectAll} />}
            </div>
          ) : null}
          {children}
        </DropPane>
        <DetailsArea selection={view.selection} targets={view.targets} bytes={view.bytes} />
      </div>
    </>
  )
}

/** Above a category: its types of files. */
function TypeBar() {
  const { place } = useDrive()
  const doors = useEntryDoors()
  return place?.kind === 'category' ? doors.typeChips?.(place) : null
}

function Heads({ onSelectAll }: { onSelectAll: () => void }) {
  return useDrive().place?.kind === 'trash' ? <TrashHeads /> : <ListHeader onSelectAll={onSelectAll} />
}

function PhoneBars({ view, children }: BarsProps) {
  const { path } = useDrive()
  const bar = useBar(view)
  useBackEnds(bar.count > 0, bar.onClear)
  return (
    <>
      {bar.count > 0 ? <PhoneSelectionTitle {...bar} /> : <PhoneTitle path={path} />}
      {bar.count > 0 ? null : <TrashBar onEmpty={view.emptyTrash} />}
      {bar.count > 0 ? null : <TypeBar />}
      <DropPane>{children}</DropPane>
      {bar.count > 0 ? <PhoneActions {...phoneBarOf(view.actions)} /> : null}
      <DetailsArea selection={view.selection} targets={view.targets} bytes={view.bytes} />
    </>
  )
}

function useBar({ selection, setSelection, clear, actions }: FolderView) {
  const { total } = useDrive().state
  return {
    selection,
    total,
    count: selectedCount(selection, total),
    actions: barOf(actions),
    onClear: clear,
    onSelectAll: () => setSelection(selectAll(selection)),
  }
}

/** From here on a list has a handle of its own. */
const LONG = 500

type ScrollerProps = {
  view: FolderView
  scroller: RefObject<HTMLDivElement | null>
  onColumns: (columns: number) => void
}

function Scroller({ view, scroller, onColumns }: ScrollerProps) {
  const t = useTranslations('drive')
  const drive = useDrive()
  const { view: listView } = useListView()
  const { state, folderId } = drive
  const coarse = useCoarsePointer()
  const phone = usePhone()
  const rubber = useRubberBand({ scroller, selection: view.selection, setSelection: view.setSelection })
  const entries = {
    label: t('filesIn', { name: usePlaceName() }),
    items: state.items,
    start: state.start,
    total: state.total,
    selection: view.selection,
    waitingIds: drive.changes.waitingIds,
    handlers: view.handlers,
    pages: state,
    scroller,
    initialOffset: drive.scrollOf(folderId),
    reveal: view.reveal,
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: Escape clears as well.
    <div
      ref={scroller}
      id="files"
      className="scrollbar-thin relative min-h-0 flex-1 overflow-y-auto overscroll-contain pb-4 outline-none [scrollbar-gutter:stable] phone:pb-24"
      onScroll={(event) => drive.keepScroll(folderId, event.currentTarget.scrollTop)}
      {...rubber.handlers}
      onFocus={({ target }) => view.reach(target)}
      onClick={({ target }) => {
        if (rubber.wasDrawn()) return
        if (target instanceof Element && target.closest('[data-entry]') === null) view.clear()
      }}
      onContextMenu={view.groundMenu}
    >
      {coarse ? <TouchGestures view={view} scroller={scroller} swipes={phone && listView === 'list'} /> : null}
      {listView === 'list' && state.total >= LONG ? <Scrubber scroller={scroller} /> : null}
      {rubber.band === null ? null : <BandShape band={rubber.band} />}
      {listView === 'grid' ? <EntryGrid {...entries} onColumns={onColumns} /> : <EntryList {...entries} />}
    </div>
  )
}

function BandShape({ band }: { band: Band }) {
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute z-10 rounded-tag border border-accent bg-[color-mix(in_oklab,var(--accent)_12%,transparent)]"
      style={{ left: band.left, top: band.top, width: band.right - band.left, height: band.bottom - band.top }}
    />
  )
}

function Overlays({ view }: { view: FolderView }) {
  const { folderId, path, state } = useDrive()
  const selectionText = useSelectionText()
  const name = usePlaceName()
  const { menu, actions, ground, selection, targets } = view
  const moves = useOnceOpen(view.moving !== null)
  const deletes = useOnceOpen(view.deletion !== null)
  const onEntries = menu?.on === 'entries'
  // What only has the focus is not selected, and the menu is about it all the same.
  const alone = targets.length === 1 ? targets[0] : undefined
  return (
    <>
      <PointMenu
        point={menu}
        onClose={view.closeMenu}
        label={onEntries ? (alone?.name ?? selectionText(selection, state.total)) : name}
        groups={onEntries ? menuOf(actions) : ground}
        header={onEntries && alone !== undefined ? <EntrySummary item={alone} /> : undefined}
        onReturnFocus={view.returnFocus}
      />
      {moves ? (
        <MoveDialog
          chosen={view.moving}
          from={{ id: folderId, path }}
          onClose={() => view.setMoving(null)}
          onMove={view.move}
          onReturnFocus={view.returnFocus}
        />
      ) : null}
      {deletes ? (
        <DeleteDialog
          deletion={view.deletion}
          onClose={view.forgetDeletion}
          onDelete={view.remove}
          onReturnFocus={view.returnFocus}
        />
      ) : null}
    </>
  )
}
