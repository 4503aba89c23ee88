'use client'

import { CheckCheck, FolderPlus, FolderUp, Upload } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { MenuAction, MenuGroups } from '../../components/menu-action.ts'
import { useDrive } from './drive-context.tsx'
import { mainKey } from './keyboard-dialog.tsx'

/** What can be done with an empty spot of the open place. Nothing is put into what is gathered from the whole drive. */
export function useGroundActions(onSelectAll: () => void): MenuGroups {
  const t = useTranslations('drive')
  const shell = useTranslations('shell')
  const { place, pick, setNaming } = useDrive()
  const adding: MenuAction[] = [
    {
      id: 'new-folder',
      label: shell('newFolder'),
      icon: FolderPlus,
      keys: 'Shift N',
      run: () => setNaming({ kind: 'create' }),
    },
    { id: 'upload-files', label: shell('uploadFiles'), icon: Upload, keys: 'U', run: () => pick('files') },
    { id: 'upload-folder', label: shell('uploadFolder'), icon: FolderUp, keys: 'Shift U', run: () => pick('folder') },
  ]
  return [
    place?.kind === 'folder' ? adding : [],
    [{ id: 'select-all', label: t('selectAll'), icon: CheckCheck, keys: `${mainKey()} A`, run: onSelectAll }],
  ]
}
