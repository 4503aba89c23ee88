'use client'

import { CheckCheck, ClipboardPaste, FolderUp, Upload } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { MenuAction, MenuGroups } from '../../components/menu-action.ts'
import { useDrive } from './drive-context.tsx'
import { mainKey } from './main-key.ts'
import { type Clip, useKeptClip } from './use-clipboard.ts'
import { useNewActions } from './use-new-actions.ts'

type GroundOptions = { onSelectAll: () => void; onPaste: (clip: Clip) => void }

/** What can be done with an empty spot of the open place. Nothing is put into what is gathered from the whole drive. */
export function useGroundActions({ onSelectAll, onPaste }: GroundOptions): MenuGroups {
  const t = useTranslations('drive')
  const shell = useTranslations('shell')
  const { place, pick } = useDrive()
  const newActions = useNewActions()
  const clip = useKeptClip()
  const adding: MenuAction[] = [
    ...newActions,
    { id: 'upload-files', label: shell('uploadFiles'), icon: Upload, keys: 'U', run: () => pick('files') },
    { id: 'upload-folder', label: shell('uploadFolder'), icon: FolderUp, keys: 'Shift U', run: () => pick('folder') },
    ...(clip === null
      ? []
      : [{ id: 'paste', label: t('paste'), icon: ClipboardPaste, keys: `${mainKey()} V`, run: () => onPaste(clip) }]),
  ]
  return [
    place?.kind === 'folder' ? adding : [],
    [{ id: 'select-all', label: t('selectAll'), icon: CheckCheck, keys: `${mainKey()} A`, run: onSelectAll }],
  ]
}
