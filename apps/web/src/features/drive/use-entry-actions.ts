'use client'

import { useTranslations } from 'next-intl'
import type { MenuAction, MenuGroups } from '../../components/menu-action.ts'
import { nameInSentence } from '../../components/split-name.ts'
import { useToast } from '../../components/toast.tsx'
import { usePhone } from '../../components/use-media-query.ts'
import { openUrl, ROOT_ID } from './api-client.ts'
import { useDrive } from './drive-context.tsx'
import { entryAction } from './entry-action-looks.ts'
import { type EntryDoors, useEntryDoors } from './entry-doors.tsx'
import { canShow } from './entry-opening.ts'
import { mainKey } from './main-key.ts'
import type { EntryItem } from './schema.ts'
import { NAMED_MAX } from './selection.ts'
import { startDownload } from './start-download.ts'
import { useChangeText } from './use-change-text.ts'
import type { Chosen } from './use-drive-changes.ts'

type EntryActionsOptions = {
  /** What the actions are about; in the order of the list. */
  targets: readonly EntryItem[]
  /** Not all of what is selected is loaded: only actions that need no list of files. */
  partial: boolean
  withChosen: (act: (chosen: Chosen) => void) => void
  onMove: () => void
  onTrash: () => void
  onCopy: () => void
  onRestore: () => void
  /** For good. */
  onRemove: () => void
}

type Action = MenuAction | null

export type EntryActions = Record<
  | 'open'
  | 'preview'
  | 'share'
  | 'download'
  | 'zip'
  | 'keep'
  | 'rename'
  | 'move'
  | 'copy'
  | 'restore'
  | 'remove'
  | 'favourite'
  | 'tags'
  | 'details'
  | 'verify'
  | 'show'
  | 'trash',
  Action
>

/** Opens folders here and files in the preview, or beside; downloads files; says it when a file cannot be had. */
export function useOpening() {
  const drive = useDrive()
  const doors = useEntryDoors()
  const t = useTranslations('change')
  const toast = useToast()
  const { refusal } = useChangeText()
  const fetchFiles = async (files: readonly EntryItem[]) => {
    try {
      await startDownload(files.map(({ id }) => id))
    } catch (error) {
      const only = files.length === 1 ? files[0] : undefined
      toast({
        text: only === undefined ? refusal(error) : t('downloadFailed', { name: nameInSentence(only.name) }),
        problem: true,
      })
    }
  }
  return {
    downloadFiles: (files: readonly EntryItem[]) => void fetchFiles(files),
    /** The folder that something found lies in, with the entry in view. */
    showInFolder: ({ id, where = [] }: EntryItem) => drive.openAt(where.at(-1)?.id ?? ROOT_ID, id),
    openEntry: (entry: EntryItem) => {
      // What lies in trash is looked at after it was restored.
      if (drive.place?.kind === 'trash') return
      if (entry.kind === 'folder') drive.open(entry)
      else if (doors.preview !== undefined) doors.preview(entry, drive.state.items)
      else if (canShow(entry)) window.open(openUrl(entry.id), '_blank', 'noopener')
      else void fetchFiles([entry])
    },
  }
}

/** What can be done with the selection, one list for the bar, the menu, the keys and the sheet. */
export function useEntryActions(options: EntryActionsOptions): EntryActions {
  const inDrive = useDriveActions(options)
  const t = useTranslations('trash')
  const drive = useDrive()
  if (drive.place?.kind !== 'trash') return inDrive
  return {
    ...nothing,
    restore: { id: 'restore', label: t('restore'), ...entryAction.restore, run: options.onRestore },
    remove: { id: 'remove', label: t('delete'), ...entryAction.remove, run: options.onRemove },
  }
}

function action(id: keyof EntryActions, label: string, run: (() => void) | null | undefined): Action {
  return run === null || run === undefined ? null : { id, label, ...entryAction[id], run }
}

const nothing: EntryActions = {
  open: null,
  preview: null,
  share: null,
  download: null,
  zip: null,
  keep: null,
  rename: null,
  move: null,
  copy: null,
  restore: null,
  remove: null,
  favourite: null,
  tags: null,
  details: null,
  verify: null,
  show: null,
  trash: null,
}

function useDriveActions(options: EntryActionsOptions): EntryActions {
  const { targets, partial, withChosen, onMove, onTrash, onCopy, onRemove } = options
  const t = useTranslations('drive')
  const drive = useDrive()
  const doors = useEntryDoors()
  const sharing = useSharing(options)
  const zipLabel = useZipLabel()
  const { downloadFiles, openEntry, showInFolder } = useOpening()
  const named = !partial && targets.length > 0
  const only = named && targets.length === 1 ? targets[0] : undefined
  const filesOnly = named && targets.every(({ kind }) => kind === 'file')
  const labels = useLabelActions(options)
  const { preview, verify, zip, details } = doors
  const one = (run: (entry: EntryItem) => void) => (only === undefined ? null : () => run(only))
  const all = (door: ((entries: readonly EntryItem[]) => void) | undefined) =>
    door === undefined || !named ? null : () => door(targets)

  const open = action('open', t('open'), one(openEntry))
  return {
    ...nothing,
    open: open !== null && only?.kind === 'folder' ? { ...open, icon: entryAction.openFolder.icon } : open,
    preview: action(
      'preview',
      t('preview'),
      preview === undefined || only?.kind !== 'file' ? null : () => preview(only, drive.state.items),
    ),
    share: action('share', t('share'), sharing),
    download: action(
      'download',
      t('download'),
      only?.kind === 'file' || (filesOnly && zip === undefined) ? () => downloadFiles(targets) : null,
    ),
    zip: action('zip', zipLabel, zip === undefined || only?.kind === 'file' ? null : () => withChosen(zip)),
    keep: keeping(only, doors.keep, t),
    rename: action(
      'rename',
      t('rename'),
      one((entry) => drive.setNaming({ kind: 'rename', entry })),
    ),
    move: { id: 'move', label: t('moveTo'), short: t('move'), ...entryAction.move, run: onMove },
    // Beside the original: only where everything lies beside each other.
    copy:
      drive.place?.kind === 'folder'
        ? {
            id: 'copy',
            label: only === undefined ? t('copyMany') : t('copy'),
            short: t('copyShort'),
            ...entryAction.copy,
            keys: `${mainKey()} D`,
            run: onCopy,
          }
        : null,
    ...labels,
    details: action('details', t('details'), details === undefined ? null : details.toggle),
    verify: action('verify', t('verify'), filesOnly ? all(verify) : null),
    show: action('show', t('showInFolder'), showing(only, showInFolder)),
    trash: action('trash', t('delete'), onTrash),
    // No menu offers it beside the trash: only the key does, and it asks.
    remove: action('remove', t('delete'), onRemove),
  }
}

/** A link names what it holds. Null: there is nothing to share, or it is not loaded yet. */
function useSharing({ targets, partial }: EntryActionsOptions): (() => void) | null {
  const t = useTranslations('drive')
  const toast = useToast()
  const { total } = useDrive().state
  const { share } = useEntryDoors()
  if (share === undefined) return null
  if ((partial ? total : targets.length) > NAMED_MAX) {
    return () => toast({ text: t('shareTooMany', { n: NAMED_MAX }), problem: true })
  }
  return partial || targets.length === 0 ? null : () => share(targets)
}

/** Stars and tags: of what is loaded at once, of everything that is selected by a job. */
function useLabelActions({
  targets,
  partial,
  withChosen,
}: EntryActionsOptions): Pick<EntryActions, 'favourite' | 'tags'> {
  const t = useTranslations('drive')
  const { changes } = useDrive()
  const { favourite, tags } = useEntryDoors()
  const starred = targets.every((entry) => entry.favourite === true)
  const star = (): void => {
    if (partial) withChosen((chosen) => changes.act({ kind: starred ? 'unstar' : 'star', chosen }))
    else favourite?.(targets, !starred)
  }
  const tag = (): void => {
    if (partial) withChosen((chosen) => tags?.(targets, chosen))
    else tags?.(targets)
  }
  const some = partial || targets.length > 0
  return {
    favourite: action(
      'favourite',
      starred ? t('unfavourite') : t('favourite'),
      some && favourite !== undefined ? star : null,
    ),
    tags: action('tags', t('tags'), some && tags !== undefined ? tag : null),
  }
}

/** The bar of a phone has room for one word. */
function useZipLabel(): string {
  const t = useTranslations('drive')
  return usePhone() ? t('download') : t('downloadZip')
}

/** One file at a time: each is fetched as a whole. */
function keeping(
  entry: EntryItem | undefined,
  door: EntryDoors['keep'],
  t: ReturnType<typeof useTranslations<'drive'>>,
): Action {
  if (door === undefined || entry?.kind !== 'file') return null
  return door.isKept(entry.id)
    ? action('keep', t('keepNoLonger'), () => door.remove(entry))
    : action('keep', t('keep'), () => door.keep(entry))
}

/** Only what was found somewhere else can be shown where it lies. */
function showing(entry: EntryItem | undefined, show: (entry: EntryItem) => void): (() => void) | null {
  return entry?.where === undefined ? null : () => show(entry)
}

/** The actions of the selection as a menu: what looks, what changes, what tells, what destroys. */
export function menuOf(actions: EntryActions): MenuGroups {
  const { open, share, download, zip, keep, rename, move, copy, favourite, tags, details, verify, show, restore } =
    actions
  return [
    present([open, share, download, zip, keep, restore]),
    present([rename, move, copy, favourite, tags]),
    present([details, verify, show]),
    present([destroying(actions)]),
  ]
}

const destroying = ({ trash, remove, restore }: EntryActions) => (restore === null ? trash : remove)

/** What stands in the bar of a selection. */
export function barOf(actions: EntryActions): MenuAction[] {
  const { share, download, zip, rename, move, copy, favourite, restore } = actions
  return present([restore, share, download ?? zip, rename, move, copy, favourite, destroying(actions)])
}

/** What stands at the bottom of a phone while something is selected; the rest is behind the last button. */
export function phoneBarOf(actions: EntryActions): { shown: MenuAction[]; more: MenuGroups } {
  const { share, download, zip, keep, rename, move, copy, favourite, tags, details, verify, show, restore } = actions
  const shown = present([restore, share, download ?? zip, move, destroying(actions)])
  const more = [present([keep]), present([rename, copy, favourite, tags]), present([details, verify, show])]
  return { shown, more }
}

function present(actions: readonly Action[]): MenuAction[] {
  return actions.filter((action) => action !== null)
}
