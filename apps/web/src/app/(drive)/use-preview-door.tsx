'use client'

import dynamic from 'next/dynamic'
import { useSearchParams } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { type ReactNode, useMemo, useRef, useState } from 'react'
import type { MenuAction } from '../../components/menu-action.ts'
import { useDrive } from '../../features/drive/drive-context.tsx'
import { entryAction } from '../../features/drive/entry-action-looks.ts'
import type { EntryDoors } from '../../features/drive/entry-doors.tsx'
import type { EntryItem } from '../../features/drive/schema.ts'
import { useOpening } from '../../features/drive/use-entry-actions.ts'
import { focusEntry } from '../../features/drive/use-folder-pane.ts'
import { useThumbnails } from '../../features/drive/use-thumbnails.ts'

const Preview = dynamic(() => import('../../features/preview/preview.tsx').then(({ Preview: part }) => part), {
  ssr: false,
})
const DetailsPanel = dynamic(
  () => import('../../features/details/details-panel.tsx').then(({ DetailsPanel: part }) => part),
  { ssr: false },
)
const PARAMETER = 'preview'
/** So many files on each side may be on the film strip. */
const AROUND = 30

/** The address of this page with the preview of a file over it, or without. */
function addressOf(id: string | null): string {
  const url = new URL(window.location.href)
  if (id === null) url.searchParams.delete(PARAMETER)
  else url.searchParams.set(PARAMETER, id)
  return url.pathname + url.search
}

/**
 * The preview over the drive. Which file it shows stands in the address, so that it survives a reload and the browser's
 * button Back closes it. It walks through the open list, or through what it was given.
 */
export function usePreviewDoor() {
  const { state } = useDrive()
  const id = useSearchParams().get(PARAMETER)
  const [given, setGiven] = useState<readonly EntryItem[] | null>(null)
  const pushed = useRef(false)
  const start = useRef<string | null>(null)
  const entries = useMemo(() => (given ?? state.items).filter(({ kind }) => kind === 'file'), [given, state.items])
  const folders = (given ?? state.items).length - entries.length

  const open: NonNullable<EntryDoors['preview']> = (entry, among) => {
    setGiven(among === state.items ? null : among)
    start.current = entry.id
    pushed.current = true
    window.history.pushState(null, '', addressOf(entry.id))
  }
  const close = () => {
    // What was pushed goes back, so that Back does not open it again; a link that was opened loses its end.
    if (pushed.current) window.history.back()
    else window.history.replaceState(null, '', addressOf(null))
    pushed.current = false
  }
  return {
    open,
    /** What the preview shows; null while it is closed. `doors` are those of the actions at its top. */
    shown: (doors: EntryDoors): ReactNode =>
      id === null ? null : (
        <PreviewOver
          id={id}
          entries={entries}
          total={given === null ? state.total - folders : entries.length}
          before={given === null ? state.start : 0}
          doors={doors}
          onNearEnd={state.loadMore}
          onNearStart={state.loadBefore}
          onStep={(to) => window.history.replaceState(null, '', addressOf(to))}
          onClose={close}
          onReturnFocus={() => focusEntry(start.current ?? id)}
        />
      ),
  }
}

type PreviewOverProps = {
  id: string
  entries: readonly EntryItem[]
  total: number
  before: number
  doors: EntryDoors
  onNearEnd: () => void
  onNearStart: () => void
  onStep: (id: string) => void
  onClose: () => void
  onReturnFocus: () => void
}

function PreviewOver({ doors, ...rest }: PreviewOverProps) {
  const at = rest.entries.findIndex(({ id }) => id === rest.id)
  const thumbnails = useThumbnails(rest.entries.slice(Math.max(0, at - AROUND), at + AROUND))
  const [told, setTold] = useState(false)
  const t = useTranslations('drive')
  const { downloadFiles } = useOpening()
  const { share, favourite, edit } = doors
  const actions = (entry: EntryItem): MenuAction[] => [
    ...(share === undefined
      ? []
      : [{ id: 'share', label: t('share'), ...entryAction.share, run: () => share([entry]) }]),
    { id: 'download', label: t('download'), ...entryAction.download, run: () => downloadFiles([entry]) },
    ...(favourite === undefined
      ? []
      : [
          {
            id: 'favourite',
            label: entry.favourite === true ? t('unfavourite') : t('favourite'),
            ...entryAction.favourite,
            run: () => favourite([entry], entry.favourite !== true),
          },
        ]),
  ]
  return (
    <Preview
      {...rest}
      thumbnails={thumbnails}
      actions={actions}
      details={{
        open: told,
        toggle: () => setTold((before) => !before),
        panel: (entry) => (
          <DetailsPanel
            entries={[entry]}
            count={1}
            bytes={entry.size}
            place={{ name: entry.name, total: 1, bytes: entry.size }}
            thumbnail={undefined}
            onClose={() => setTold(false)}
          />
        ),
      }}
      onDownload={(entry) => downloadFiles([entry])}
      {...(edit === undefined ? {} : { onEdit: edit })}
    />
  )
}
