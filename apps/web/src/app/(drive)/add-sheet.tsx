'use client'

import { Camera, FolderUp, Images, Upload } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { ActionSheet } from '../../components/action-sheet.tsx'
import { useDrive } from '../../features/drive/drive-context.tsx'
import { useNewActions } from '../../features/drive/use-new-actions.ts'

/** What a phone can add. */
export function AddSheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations('shell')
  const drive = useDrive()
  const newActions = useNewActions()
  return (
    <ActionSheet
      open={open}
      onOpenChange={onOpenChange}
      label={t('add')}
      groups={[
        [
          { id: 'photo', label: t('takePhoto'), icon: Camera, run: () => drive.pick('photo') },
          { id: 'pictures', label: t('photosVideos'), icon: Images, run: () => drive.pick('pictures') },
          { id: 'files', label: t('uploadFiles'), icon: Upload, run: () => drive.pick('files') },
          { id: 'folder', label: t('uploadFolder'), icon: FolderUp, run: () => drive.pick('folder') },
        ],
        newActions,
      ]}
    />
  )
}
