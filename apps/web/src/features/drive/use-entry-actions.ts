'use client'

import {
  CheckCheck,
  Download,
  FileSymlink,
  FolderInput,
  FolderOpen,
  FolderPlus,
  FolderUp,
  Pencil,
  Trash2,
  Upload,
} from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { MenuAction } from '../../components/menu-action.ts'
import { useToast } from '../../components/toast.tsx'
import { openUrl } from './api-client.ts'
import { useDrive } from './drive-context.tsx'
import { canShow } from './entry-opening.ts'
import { mainKey } from './keyboard-dialog.tsx'
import type { EntryItem } from './schema.ts'
import { startDownload } from './start-download.ts'
import { useChangeText } from './use-change-text.ts'

type EntryActionsOptions = {
  /** What the actions are about; in the order of the list. */
  targets: readonly EntryItem[]
  /** Not all of what is selected is loaded: only actions that need no list of files. */
  partial: boolean
  onMove: () => void
  onTrash: () => void
  onSelectAll: () => void
}

export type EntryActions = {
  open: MenuAction | null
  download: MenuAction | null
  rename: MenuAction | null
  move: MenuAction
  trash: MenuAction
  /** For the empty ground. */
  ground: readonly (readonly MenuAction[])[]
}

/** Opens folders here and files beside; downloads files; says it when a file cannot be had. */
export function useOpening() {
  const drive = useDrive()
  const t = useTranslations('change')
  const toast = useToast()
  const { refusal } = useChangeText()
  const fetchFiles = async (files: readonly EntryItem[]) => {
    try {
      await startDownload(files.map(({ id }) => id))
    } catch (error) {
      const only = files.length === 1 ? files[0] : undefined
      toast({ text: only === undefined ? refusal(error) : t('downloadFailed', { name: only.name }), problem: true })
    }
  }
  return {
    downloadFiles: (files: readonly EntryItem[]) => void fetchFiles(files),
    openEntry: (entry: EntryItem) => {
      if (entry.kind === 'folder') drive.open(entry)
      else if (canShow(entry)) window.open(openUrl(entry.id), '_blank', 'noopener')
      else void fetchFiles([entry])
    },
  }
}

/** What can be done with the selection, one list for the bar, the menu and the sheet. */
export function useEntryActions({ targets, partial, onMove, onTrash, onSelectAll }: EntryActionsOptions): EntryActions {
  const t = useTranslations('drive')
  const shell = useTranslations('shell')
  const drive = useDrive()
  const { downloadFiles, openEntry } = useOpening()
  const only = targets.length === 1 && !partial ? targets[0] : undefined
  const filesOnly = !partial && targets.length > 0 && targets.every(({ kind }) => kind === 'file')
  return {
    open:
      only === undefined
        ? null
        : {
            id: 'open',
            label: t('open'),
            icon: only.kind === 'folder' ? FolderOpen : FileSymlink,
            keys: 'Enter',
            run: () => openEntry(only),
          },
    download: filesOnly
      ? { id: 'download', label: t('download'), icon: Download, keys: 'Shift D', run: () => downloadFiles(targets) }
      : null,
    rename:
      only === undefined
        ? null
        : {
            id: 'rename',
            label: t('rename'),
            icon: Pencil,
            keys: 'F2',
            run: () => drive.setNaming({ kind: 'rename', entry: only }),
          },
    move: { id: 'move', label: t('moveTo'), icon: FolderInput, keys: 'M', run: onMove },
    trash: { id: 'trash', label: t('delete'), icon: Trash2, keys: 'Del', danger: true, run: onTrash },
    ground: [
      [
        {
          id: 'new-folder',
          label: shell('newFolder'),
          icon: FolderPlus,
          keys: 'Shift N',
          run: () => drive.setNaming({ kind: 'create' }),
        },
        { id: 'upload-files', label: shell('uploadFiles'), icon: Upload, keys: 'U', run: () => drive.pick('files') },
        {
          id: 'upload-folder',
          label: shell('uploadFolder'),
          icon: FolderUp,
          keys: 'Shift U',
          run: () => drive.pick('folder'),
        },
      ],
      [{ id: 'select-all', label: t('selectAll'), icon: CheckCheck, keys: `${mainKey()} A`, run: onSelectAll }],
    ],
  }
}

/** The actions of the selection as a menu: what looks, what changes, what destroys. */
export function menuOf({
  open,
  download: fetch,
  rename,
  move,
  trash,
}: EntryActions): readonly (readonly MenuAction[])[] {
  return [present([open, fetch]), present([rename, move]), [trash]]
}

export function present(actions: readonly (MenuAction | null)[]): MenuAction[] {
  return actions.filter((action) => action !== null)
}
