'use client'

import { Camera, FolderPlus, FolderUp, HardDrive, Images, type LucideIcon, Plus, Upload } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { ActionSheet } from '../../components/action-sheet.tsx'
import { cn } from '../../components/class-names.ts'
import { Icon } from '../../components/icon.tsx'
import { ROOT_ID } from '../../features/drive/api-client.ts'
import { useDrive } from '../../features/drive/drive-context.tsx'

type TabBarProps = { uploading: boolean; onUploads: () => void }

/** The phone's bottom bar. */
export function TabBar({ uploading, onUploads }: TabBarProps) {
  const t = useTranslations('shell')
  const drive = useDrive()
  const [adding, setAdding] = useState(false)
  return (
    <>
      <nav
        aria-label={t('menu')}
        className="fixed inset-x-0 bottom-0 z-10 grid grid-cols-3 border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] desk:hidden"
      >
        <Tab icon={HardDrive} label={t('drive')} current onPress={() => drive.open(ROOT_ID)} />
        <button
          type="button"
          aria-label={t('add')}
          onClick={() => setAdding(true)}
          className="grid h-16 place-items-center"
        >
          <span className="grid h-11 w-[52px] place-items-center rounded-dialog bg-accent text-on-accent">
            <Icon of={Plus} size="large" />
          </span>
        </button>
        <Tab icon={Upload} label={t('uploads')} dot={uploading} onPress={onUploads} />
      </nav>
      <ActionSheet
        open={adding}
        onOpenChange={setAdding}
        label={t('add')}
        groups={[
          [
            { id: 'photo', label: t('takePhoto'), icon: Camera, run: () => drive.pick('photo') },
            { id: 'pictures', label: t('photosVideos'), icon: Images, run: () => drive.pick('pictures') },
            { id: 'files', label: t('uploadFiles'), icon: Upload, run: () => drive.pick('files') },
            { id: 'folder', label: t('uploadFolder'), icon: FolderUp, run: () => drive.pick('folder') },
          ],
          [
            {
              id: 'new-folder',
              label: t('newFolder'),
              icon: FolderPlus,
              run: () => drive.setNaming({ kind: 'create' }),
            },
          ],
        ]}
      />
    </>
  )
}

type TabProps = { icon: LucideIcon; label: string; current?: boolean; dot?: boolean; onPress: () => void }

function Tab({ icon, label, current = false, dot = false, onPress }: TabProps) {
  return (
    <button
      type="button"
      onClick={onPress}
      aria-current={current ? 'page' : undefined}
      className={cn(
        'relative flex h-16 flex-col items-center justify-center gap-[3px] font-medium text-11 active:bg-press',
        current ? 'text-accent-text' : 'text-ink-3',
      )}
    >
      <Icon of={icon} size="large" />
      {label}
      {dot ? (
        <span aria-hidden="true" className="absolute top-2.5 left-1/2 ml-3 size-2 rounded-full bg-accent" />
      ) : null}
    </button>
  )
}
