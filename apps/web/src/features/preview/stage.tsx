'use client'

import { useTranslations } from 'next-intl'
import { lazy, type RefObject, Suspense, useState } from 'react'
import { Button } from '../../components/button.tsx'
import type { PreviewSources } from '../../lib/preview-sources.ts'
import { FetchFailure } from './file-bytes.ts'
import { ImageStage, type ZoomHandle } from './image-stage.tsx'
import { MediaStage } from './media-stage.tsx'
import { isShownImage, isTooLarge, previewKind } from './preview-kind.ts'
import { StageNote, StageWaiting } from './stage-note.tsx'

const TextStage = lazy(() => import('./text-stage.tsx').then(({ TextStage: part }) => ({ default: part })))
const PdfStage = lazy(() => import('./pdf-stage.tsx').then(({ PdfStage: part }) => ({ default: part })))
const ArchiveStage = lazy(() => import('./archive-stage.tsx').then(({ ArchiveStage: part }) => ({ default: part })))

type StageProps = {
  sources: PreviewSources
  zoom: RefObject<ZoomHandle | null>
  onSwipe: (direction: 1 | -1) => void
  onAway: () => void
  onDownload?: () => void
  onTryAgain: () => void
}

type Trouble = 'damaged' | 'offline' | null

/** One file, shown as what it is. When its bytes do not make sense, the copy at another storage is offered. */
export function Stage(props: StageProps) {
  const { sources, onDownload, onTryAgain } = props
  const t = useTranslations('preview')
  const [trouble, setTrouble] = useState<Trouble>(null)
  const [copy, setCopy] = useState(0)
  const urls = [sources.url, ...sources.otherCopies]
  const current = { ...sources, url: urls[copy] ?? null }
  const kind = previewKind(sources.item)
  const download =
    onDownload === undefined ? null : (
      <Button kind="primary" onClick={onDownload}>
        {t('download')}
      </Button>
    )
  if (trouble !== null) {
    const next = urls.length > 1 ? (copy + 1) % urls.length : null
    const retry = () => {
      setTrouble(null)
      if (trouble === 'damaged' && next !== null) setCopy(next)
      else onTryAgain()
    }
    return (
      <StageNote item={sources.item} text={t(trouble)}>
        {trouble === 'damaged' ? download : null}
        {trouble === 'offline' || next !== null ? (
          <Button onClick={retry}>{trouble === 'damaged' ? t('otherCopy') : t('tryAgain')}</Button>
        ) : null}
      </StageNote>
    )
  }
  const isImpossible = kind === 'image' && !isShownImage(sources.item.contentType) && !hasPicture(sources)
  const reason = unshown(sources, isImpossible)
  if (kind === 'none' || current.url === null || reason !== null) {
    return (
      <StageNote item={sources.item} text={t(reason ?? 'unsupported')}>
        {download}
      </StageNote>
    )
  }
  const onBroken = () => setTrouble(navigator.onLine ? 'damaged' : 'offline')
  const onFailure = (error: Error) =>
    setTrouble(error instanceof FetchFailure && error.reason === 'offline' ? 'offline' : 'damaged')
  const shared = { sources: current, url: current.url, onBroken, onFailure }
  return (
    <Suspense fallback={<StageWaiting label={t('loading')} />}>
      <StageOf key={copy} kind={kind} {...shared} zoom={props.zoom} onSwipe={props.onSwipe} onAway={props.onAway} />
    </Suspense>
  )
}

type StageOfProps = Pick<StageProps, 'sources' | 'zoom' | 'onSwipe' | 'onAway'> & {
  kind: Exclude<ReturnType<typeof previewKind>, 'none'>
  url: string
  onBroken: () => void
  onFailure: (error: Error) => void
}

function StageOf({ kind, zoom, onSwipe, onAway, onBroken, onFailure, ...shown }: StageOfProps) {
  if (kind === 'image') return <ImageStage {...{ ...shown, zoom, onSwipe, onAway, onBroken }} />
  if (kind === 'video' || kind === 'audio') return <MediaStage {...{ ...shown, kind, onBroken }} />
  if (kind === 'pdf') return <PdfStage {...{ ...shown, onFailure }} />
  if (kind === 'zip' || kind === 'tar') return <ArchiveStage {...{ ...shown, kind, onFailure }} />
  return <TextStage {...{ ...shown, kind, onFailure }} />
}

/** Why a file is not shown though its kind could be; null: it is. */
function unshown(sources: PreviewSources, isImpossible: boolean): 'empty' | 'tooLarge' | 'unsupported' | null {
  if (sources.item.size === 0) return 'empty'
  if (isTooLarge(sources)) return 'tooLarge'
  return isImpossible ? 'unsupported' : null
}

function hasPicture({ pictures }: PreviewSources): boolean {
  return pictures.pending || pictures.large !== null || pictures.small !== null
}
