'use client'

import { FolderUp, RotateCw, Upload } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { MouseEvent } from 'react'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { rowHeights } from '../../components/preferences.ts'
import { usePreferences } from '../../components/preferences-provider.tsx'
import { useHydrated } from '../../components/use-hydrated.ts'
import { useCoarsePointer, usePhone } from '../../components/use-media-query.ts'
import { Void } from '../../components/void.tsx'
import { ROOT_ID } from './api-client.ts'
import { useDrive } from './drive-context.tsx'
import { useEntryDoors } from './entry-doors.tsx'
import { listRowHeight } from './entry-list.tsx'
import { type CategoryPlace, placeId } from './place.ts'
import { SkeletonCells, SkeletonRows } from './skeleton-rows.tsx'
import { useListView } from './use-list-view.ts'

/** A folder without entries to show: it loads, is empty, did not load, or is not there. */
export function FolderVoid({ onContextMenu }: { onContextMenu: (event: MouseEvent) => void }) {
  const t = useTranslations('drive')
  const common = useTranslations('common')
  const drive = useDrive()
  const { status, failure, tryAgain } = drive.state
  // Like the rows: what is shown can be used.
  const hydrated = useHydrated()
  if (!hydrated) return null
  if (status === 'loading') return <Loading />
  if (status === 'not-found') {
    return (
      <Void drawing="locked" title={t('notFoundTitle')} sentence={t('notFound')}>
        <Button size="sm" onClick={() => drive.open(ROOT_ID)}>
          {t('backToDrive')}
        </Button>
      </Void>
    )
  }
  if (status === 'failed') {
    const gathered = drive.place !== null && drive.place.kind !== 'folder'
    const sentence = { slow: t('errorSlow'), offline: t('errorOffline'), server: t('errorServer') }[failure]
    return (
      <Void alert drawing="toppled" title={gathered ? common('loadFailedTitle') : t('errorTitle')} sentence={sentence}>
        <Button size="sm" onClick={tryAgain}>
          <Icon of={RotateCw} size="small" />
          {common('tryAgain')}
        </Button>
      </Void>
    )
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the menu repeats what the buttons do.
    <div className="flex min-h-0 flex-1 flex-col phone:pb-16" onContextMenu={onContextMenu}>
      <Empty />
    </div>
  )
}

function Empty() {
  const t = useTranslations('drive')
  const shell = useTranslations('shell')
  const places = useTranslations('places')
  const drive = useDrive()
  const doors = useEntryDoors()
  const phone = usePhone()
  const root = drive.folderId === ROOT_ID
  const kind = drive.place?.kind ?? 'folder'
  if (drive.place?.kind === 'search') {
    const q = drive.place.q.trim()
    const title = q === '' ? places('searchTitle') : places('nothingFound', { q })
    return (
      <Void drawing="empty" title={title} sentence={places(q === '' ? 'searchHint' : 'nothingFoundHint')}>
        {q === '' ? null : doors.clearFilters?.(drive.place)}
      </Void>
    )
  }
  if (drive.place?.kind === 'category') return <EmptyCategory place={drive.place} />
  if (kind !== 'folder' && kind !== 'search' && kind !== 'category') {
    return <Void drawing="empty" title={places('emptyTitle')} sentence={places(`empty.${kind}`)} />
  }
  // Nothing can be dropped on a phone.
  const onDesk = root ? t('emptyRoot') : t('emptyFolder')
  return (
    <Void
      drawing="empty"
      title={root ? t('emptyRootTitle') : t('emptyTitle')}
      sentence={phone ? t('emptyPhone') : onDesk}
    >
      <Button kind="primary" onClick={() => drive.pick('files')}>
        <Icon of={Upload} size="small" />
        {shell('uploadFiles')}
      </Button>
      <Button onClick={() => drive.pick('folder')}>
        <Icon of={FolderUp} size="small" />
        {shell('uploadFolder')}
      </Button>
    </Void>
  )
}

function EmptyCategory({ place }: { place: CategoryPlace }) {
  const t = useTranslations('places')
  const drive = useDrive()
  const { category, type } = place
  if (type === undefined) {
    return <Void drawing="empty" title={t('emptyCategory', { category })} sentence={t('empty.category')} />
  }
  return (
    <Void drawing="empty" title={t('emptyType', { type: type.toUpperCase() })} sentence={t('emptyTypeHint')}>
      <Button size="sm" onClick={() => drive.open(placeId({ kind: 'category', category }), { inPlace: true })}>
        {t('everyType')}
      </Button>
    </Void>
  )
}

function Loading() {
  const t = useTranslations('drive')
  const phone = usePhone()
  const coarse = useCoarsePointer()
  const { preferences } = usePreferences()
  const { view } = useListView()
  const height = listRowHeight(rowHeights[preferences.density], phone, coarse)
  if (view === 'grid') {
    return (
      <div className="min-h-0 flex-1 overflow-hidden">
        <SkeletonCells label={t('loading')} />
      </div>
    )
  }
  return (
    <div className="min-h-0 flex-1 overflow-hidden desk:pt-[39px]">
      <SkeletonRows phone={phone} height={height} label={t('loading')} />
    </div>
  )
}
