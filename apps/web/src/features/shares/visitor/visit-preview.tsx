'use client'

import { useQuery } from '@tanstack/react-query'
import { ChevronLeft, ChevronRight, Download, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Dialog } from 'radix-ui'
import { Button, IconButton } from '../../../components/button.tsx'
import { FileName } from '../../../components/file-name.tsx'
import { FileTile } from '../../../components/file-tile.tsx'
import { Icon } from '../../../components/icon.tsx'
import type { VisitedItem } from '../schema.ts'
import { lookKind } from './look-kind.ts'
import { lookUrl } from './visit-api.ts'

const TEXT_BYTES_MAX = 262_144
const FRESH_MS = 300_000

type VisitPreviewProps = {
  linkId: string
  item: VisitedItem
  among: readonly VisitedItem[]
  onShow: (item: VisitedItem) => void
  onClose: () => void
  onDownload: ((item: VisitedItem) => void) | undefined
}

/** A file of a link over the whole window, always dark; arrows lead to the next and the previous one. */
export function VisitPreview({ linkId, item, among, onShow, onClose, onDownload }: VisitPreviewProps) {
  const t = useTranslations('visitor')
  const at = among.findIndex(({ id }) => id === item.id)
  const [previous, next] = [among[at - 1], among[at + 1]]
  const walk = (key: string) => {
    const to = { ArrowLeft: previous, ArrowRight: next }[key]
    if (to !== undefined) onShow(to)
  }
  return (
    <Dialog.Root
      open
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
    >
      <Dialog.Portal>
        <Dialog.Content
          aria-describedby={undefined}
          onKeyDown={({ key, target }) => {
            // A player has the arrows for itself.
            if (!(target instanceof HTMLMediaElement)) walk(key)
          }}
          className="dark fixed inset-0 z-40 flex flex-col bg-canvas text-ink outline-none"
        >
          <div className="flex h-14 shrink-0 items-center gap-2 px-4">
            <Dialog.Title aria-label={t('preview', { name: item.name })} className="min-w-0 flex-1 font-medium">
              <FileName name={item.name} />
            </Dialog.Title>
            {onDownload === undefined ? (
              <span className="text-13 text-ink-3">{t('viewOnly')}</span>
            ) : (
              <Button kind="ghost" size="sm" onClick={() => onDownload(item)}>
                <Icon of={Download} size="small" />
                {t('download')}
              </Button>
            )}
            <Dialog.Close asChild>
              <IconButton label={t('close')}>
                <Icon of={X} />
              </IconButton>
            </Dialog.Close>
          </div>
          <div className="relative grid min-h-0 flex-1 place-items-center p-4 phone:p-0">
            <Look key={item.id} linkId={linkId} item={item} canDownload={onDownload !== undefined} />
            {previous === undefined ? null : (
              <IconButton label={t('previous')} className="absolute left-3 bg-raised" onClick={() => onShow(previous)}>
                <Icon of={ChevronLeft} />
              </IconButton>
            )}
            {next === undefined ? null : (
              <IconButton label={t('next')} className="absolute right-3 bg-raised" onClick={() => onShow(next)}>
                <Icon of={ChevronRight} />
              </IconButton>
            )}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

type LookProps = { linkId: string; item: VisitedItem; canDownload: boolean }

function Look({ linkId, item, canDownload }: LookProps) {
  const t = useTranslations('visitor')
  const kind = lookKind(item)
  const url = useQuery({
    queryKey: ['look', linkId, item.id],
    queryFn: () => lookUrl(linkId, item.id),
    enabled: kind !== 'none',
    staleTime: FRESH_MS,
  })
  if (kind === 'none' || url.isError) {
    return (
      <div className="flex flex-col items-center gap-4 text-center text-ink-2">
        <FileTile name={item.name} kind="file" category={item.category} form="grid" />
        {canDownload || url.isError ? t('noPreview') : t('onlyLooking')}
      </div>
    )
  }
  if (url.data === undefined) return <span role="status">{t('loading')}</span>
  const fitting = 'max-h-full max-w-full min-h-0'
  if (kind === 'image') {
    // biome-ignore lint/performance/noImgElement: the storages are not behind Next's image optimiser.
    return <img src={url.data} alt={item.name} referrerPolicy="no-referrer" className={`${fitting} object-contain`} />
  }
  // biome-ignore lint/a11y/useMediaCaption: people's own recordings have no captions.
  if (kind === 'video') return <video src={url.data} controls className={fitting} />
  // biome-ignore lint/a11y/useMediaCaption: people's own recordings have no captions.
  if (kind === 'audio') return <audio src={url.data} controls className="w-full max-w-[560px]" />
  if (kind === 'pdf') return <iframe src={url.data} title={item.name} className="size-full" />
  return <TextLook url={url.data} size={item.size} />
}

/** The beginning of a text; the storage tells it as text of the browser's own making, never as a page. */
function TextLook({ url, size }: { url: string; size: number }) {
  const t = useTranslations('visitor')
  const text = useQuery({
    queryKey: ['look-text', url],
    queryFn: async ({ signal }) => {
      const response = await fetch(url, { signal, headers: { Range: `bytes=0-${TEXT_BYTES_MAX - 1}` } })
      if (!response.ok) throw new Error(`the storage answered ${response.status}`)
      return new TextDecoder().decode(await response.arrayBuffer())
    },
  })
  if (text.isError) return <span role="alert">{t('noStorage')}</span>
  return (
    <div className="scrollbar-thin h-full w-full max-w-[900px] overflow-auto rounded-card bg-surface p-6 phone:rounded-none">
      <pre className="whitespace-pre-wrap font-mono text-13 [overflow-wrap:anywhere]">{text.data}</pre>
      {size > TEXT_BYTES_MAX ? <p className="pt-4 text-13 text-ink-3">{t('tooLong')}</p> : null}
    </div>
  )
}
