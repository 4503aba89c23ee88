'use client'

import { Upload } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { type DragEvent, type ReactNode, useState } from 'react'
import { Icon } from '../../components/icon.tsx'
import { nameInSentence } from '../../components/split-name.ts'
import { dragKind } from './dragged-entries.ts'
import { useDrive } from './drive-context.tsx'
import type { Target } from './use-drive-changes.ts'

type Over = { target: Target; count: number }

/** Takes files from outside anywhere on the pane; a folder row under the pointer takes them itself. */
export function DropPane({ children }: { children: ReactNode }) {
  const shell = useTranslations('shell')
  const drive = useDrive()
  const { state, folderId, path } = drive
  // A folder that is not known takes nothing.
  const folder = state.status === 'ready' ? { id: folderId, name: path.at(-1)?.name ?? shell('drive') } : null
  const folderAt = (element: Element): Target | null => {
    const id = element.closest('[data-entry]')?.getAttribute('data-entry')
    return state.items.find((item) => item.id === id && item.kind === 'folder') ?? null
  }
  const [over, setOver] = useState<Over | null>(null)

  const dragOver = (event: DragEvent) => {
    if (folder === null || dragKind(event) !== 'files') return
    event.preventDefault()
    event.dataTransfer.dropEffect = 'copy'
    const target = (event.target instanceof Element ? folderAt(event.target) : null) ?? folder
    const count = [...event.dataTransfer.items].filter(({ kind }) => kind === 'file').length
    setOver((before) => (before?.target.id === target.id && before.count === count ? before : { target, count }))
  }
  const dragLeave = (event: DragEvent<HTMLElement>) => {
    if (event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)) return
    setOver(null)
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has a menu way, Upload.
    <div
      className="relative flex min-h-0 min-w-0 flex-1 flex-col"
      onDragOver={dragOver}
      onDragLeave={dragLeave}
      onDropCapture={() => setOver(null)}
      onDrop={(event) => {
        if (folder === null || dragKind(event) !== 'files') return
        event.preventDefault()
        drive.dropFiles(event.dataTransfer, folder)
      }}
    >
      {children}
      {over === null ? null : <DropFrame {...over} />}
    </div>
  )
}

function DropFrame({ target, count }: Over) {
  const t = useTranslations('drive')
  return (
    <div className="pointer-events-none absolute inset-1.5 flex animate-fade items-end justify-center rounded-card bg-[color-mix(in_oklab,var(--accent)_7%,transparent)] pb-7 inset-ring-2 inset-ring-accent forced-colors:outline-2">
      <div className="flex h-11 max-w-[90%] items-center gap-2.5 rounded-full bg-accent px-[18px] font-[550] text-on-accent shadow-2">
        <Icon of={Upload} />
        <span className="truncate">{t('drop', { n: count, name: nameInSentence(target.name) })}</span>
      </div>
    </div>
  )
}
