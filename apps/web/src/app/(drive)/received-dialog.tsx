'use client'

import { useTranslations } from 'next-intl'
import { useEffect, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { cn } from '../../components/class-names.ts'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'
import { FileTile } from '../../components/file-tile.tsx'
import { FolderDrawing } from '../../components/folder-drawing.tsx'
import { Thumbnail } from '../../components/thumbnail.tsx'
import { ROOT_ID } from '../../features/drive/api-client.ts'
import { FolderChoice } from '../../features/drive/folder-choice.tsx'
import type { Target } from '../../features/drive/use-drive-changes.ts'
import { useTree } from '../../features/drive/use-tree.ts'
import type { ReceivedFile } from '../../features/uploads/received-files.ts'
import { recentTargets } from '../../features/uploads/recent-targets.ts'
import { useFormat } from '../../i18n/use-format.ts'

/** So many fit into one line of a phone. */
const SHOWN_MAX = 5

type ReceivedDialogProps = {
  personId: string
  received: readonly ReceivedFile[]
  /** They are asked about again when the drive is opened the next time. */
  onLater: () => void
  onDiscard: () => void
  onSave: (target: Target) => void
}

/** Where to put what another app handed over: one of the last folders, or any. */
export function ReceivedDialog({ personId, received, onLater, onDiscard, onSave }: ReceivedDialogProps) {
  const t = useTranslations('uploads')
  const shell = useTranslations('shell')
  const format = useFormat()
  const root = { id: ROOT_ID, name: shell('drive') }
  const [target, setTarget] = useState<Target>(root)
  const [recent] = useState(() => recentTargets(personId).filter(({ folderId }) => folderId !== ROOT_ID))
  const bytes = received.reduce((sum, { file }) => sum + file.size, 0)
  const areImages = received.every(({ file }) => file.type.startsWith('image/'))
  const n = received.length
  return (
    <Dialog
      open
      onOpenChange={onLater}
      title={areImages ? t('receivedPhotos', { n }) : t('received', { n })}
      description={format.size(bytes)}
    >
      <Glance received={received} />
      <div className="scrollbar-thin mx-6 mb-4 h-[min(300px,44dvh)] overflow-y-auto rounded-button p-1 inset-ring inset-ring-line phone:mx-5">
        {recent.length > 0 ? (
          <ul aria-label={t('lastFolders')} className="mb-1 border-line border-b pb-1 empty:hidden">
            {recent.map(({ folderId, label }) => (
              <RecentChoice
                key={folderId}
                folder={{ id: folderId, name: label }}
                chosen={target.id === folderId}
                onChoose={setTarget}
              />
            ))}
          </ul>
        ) : null}
        <ul aria-label={shell('folders')}>
          <FolderChoice
            folder={{ ...root, hasChildren: true }}
            level={0}
            excluded={new Set()}
            unfolded={new Set([ROOT_ID])}
            current={null}
            chosen={target.id}
            onChoose={setTarget}
          />
        </ul>
      </div>
      <DialogButtons>
        <Button kind="ghost" onClick={onDiscard}>
          {t('discard')}
        </Button>
        <Button kind="primary" autoFocus className="min-w-0" onClick={() => onSave(target)}>
          <span className="truncate">{t('saveTo', { name: target.name.split(' / ').at(-1) ?? '' })}</span>
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

type RecentChoiceProps = { folder: Target; chosen: boolean; onChoose: (target: Target) => void }

/** A folder of before, offered once it is known to be still there. */
function RecentChoice({ folder, chosen, onChoose }: RecentChoiceProps) {
  const isThere = useTree(folder.id, true) !== undefined
  if (!isThere) return null
  return (
    <li>
      <button
        type="button"
        aria-pressed={chosen}
        onClick={() => onChoose(folder)}
        className={cn(
          'flex h-9 w-full items-center gap-2 rounded-tile px-2 text-left outline-offset-[-2px] coarse:h-11',
          chosen ? 'bg-select-2 font-[550] text-accent-text' : 'hover:bg-hover',
        )}
      >
        <FolderDrawing size={20} />
        <bdi className="truncate">{folder.name}</bdi>
      </button>
    </li>
  )
}

/** The first of them, pictures as pictures, so that one sees what is about to be kept. */
function Glance({ received }: { received: readonly ReceivedFile[] }) {
  const format = useFormat()
  const shown = received.length > SHOWN_MAX ? received.slice(0, SHOWN_MAX - 1) : received
  return (
    <ul aria-hidden="true" className="mx-6 mb-4 grid grid-cols-5 gap-2 phone:mx-5">
      {shown.map(({ key, file }) => (
        <li key={key} className="relative grid aspect-square place-items-center overflow-hidden rounded-card bg-sunken">
          <FileTile name={file.name} kind="file" category={null} />
          {file.type.startsWith('image/') ? <Picture file={file} /> : null}
        </li>
      ))}
      {received.length > shown.length ? (
        <li className="grid aspect-square place-items-center rounded-card bg-sunken font-medium text-13 text-ink-2 tabular-nums">
          +{format.count(received.length - shown.length)}
        </li>
      ) : null}
    </ul>
  )
}

function Picture({ file }: { file: File }) {
  const [url, setUrl] = useState<string | null>(null)
  useEffect(() => {
    const made = URL.createObjectURL(file)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  return url === null ? null : <Thumbnail key={url} url={url} />
}
