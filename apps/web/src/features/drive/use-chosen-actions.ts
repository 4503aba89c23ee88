'use client'

import { useState } from 'react'
import type { Chosen } from './chosen.ts'
import type { Deletion } from './delete-dialog.tsx'
import { type Drive, useDrive } from './drive-context.tsx'
import { type Clip, keepClip, useClipboard } from './use-clipboard.ts'
import type { Target } from './use-drive-changes.ts'
import { useEntryActions } from './use-entry-actions.ts'
import { useGroundActions } from './use-ground-actions.ts'
import type { Targets } from './use-targets.ts'

type ChosenActionsOptions = {
  targets: Targets
  /** They are about to go out of the list: the focus goes to what stays. Returns what chooses them again. */
  leave: (gone: Chosen) => () => void
  onSelectAll: () => void
}

/** What is done with the selection, with the questions that come before some of it. */
export function useChosenActions({ targets: found, leave, onSelectAll }: ChosenActionsOptions) {
  const drive = useDrive()
  const { changes, place, folderId, path, state } = drive
  const { targets, partial, bytes, chosen } = found
  const [moving, setMoving] = useState<Chosen | null>(null)
  const [asked, setAsked] = useState<Deletion | 'everything' | null>(null)
  const here = { id: folderId, name: path.at(-1)?.name ?? '' }
  const inTrash = place?.kind === 'trash'

  const withChosen = (act: (all: Chosen) => void) => {
    if (chosen !== null && chosen.count > 0) act(chosen)
  }
  const leaving = (act: (all: Chosen, onRefused: () => void) => void) => () => withChosen((all) => act(all, leave(all)))
  const paste = ({ cut, chosen: clip }: Clip) => {
    if (place?.kind !== 'folder') return
    if (cut) changes.move(clip, here)
    else changes.copy(clip, here)
    // What was cut is somewhere else now.
    if (cut) keepClip(null)
  }
  useClipboard({
    take: (cut) => (chosen === null || inTrash ? null : { cut, from: folderId, chosen }),
    paste,
  })
  return {
    actions: useEntryActions({
      targets,
      partial,
      withChosen,
      onMove: () => withChosen(setMoving),
      onTrash: leaving(changes.trash),
      onCopy: () => withChosen((all) => changes.copy(all, here)),
      onRestore: leaving(changes.restore),
      onRemove: () => withChosen((all) => setAsked({ chosen: all, bytes, fromDrive: !inTrash })),
    }),
    ground: useGroundActions({ onSelectAll, onPaste: paste }),
    moving,
    setMoving,
    move: (all: Chosen, target: Target) => changes.move(all, target, leave(all)),
    // Of everything the dialog tells what it is by now: more may come to trash while it is open.
    deletion:
      asked === 'everything' ? { chosen: everythingIn(drive), bytes: state.totalBytes, fromDrive: false } : asked,
    forgetDeletion: () => setAsked(null),
    emptyTrash: () => setAsked('everything'),
    remove: ({ chosen: all, fromDrive }: Deletion) => changes.remove(all, fromDrive, leave(all)),
  }
}

function everythingIn({ folderId, state: { items, total } }: Drive): Chosen {
  return {
    selector: { all: { folder: folderId, except: [] } },
    count: total,
    name: items[0]?.name ?? '',
    ids: items.map(({ id }) => id),
  }
}
