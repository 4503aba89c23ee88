'use client'

import { useQueryClient } from '@tanstack/react-query'
import { ChevronLeft, ChevronRight, Info, Pencil, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Dialog as Radix } from 'radix-ui'
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef } from 'react'
import { IconButton } from '../../components/button.tsx'
import { FileName } from '../../components/file-name.tsx'
import { Icon } from '../../components/icon.tsx'
import type { MenuAction } from '../../components/menu-action.ts'
import { isInToast } from '../../components/toast.tsx'
import { usePhone } from '../../components/use-media-query.ts'
import { useFormat } from '../../i18n/use-format.ts'
import type { EntryItem } from '../../lib/entries/entry-item.ts'
import { FilmStrip } from './film-strip.tsx'
import type { ZoomHandle } from './image-stage.tsx'
import { usePreviewAddress } from './preview-address.ts'
import { handlePreviewKey } from './preview-keys.ts'
import { isEditable } from './preview-kind.ts'
import { Stage } from './stage.tsx'
import { StageWaiting } from './stage-note.tsx'
import { prefetchPreview, usePreviewSources } from './use-preview-sources.ts'
import { useSwipe } from './use-swipe.ts'

export type PreviewProps = {
  id: string
  /** The files of the list that is walked through, in its order, as far as they are loaded. */
  entries: readonly EntryItem[]
  /** Of all files in the list. */
  total: number
  /** How many come before the first of `entries`. */
  before?: number
  /** The last loaded file is near. */
  onNearEnd: () => void
  /** The first loaded file is near. */
  onNearStart?: () => void
  onStep: (id: string) => void
  onClose: () => void
  /** Missing where people may only look. */
  onDownload?: (entry: EntryItem) => void
  /** Missing where nothing can be changed. */
  onEdit?: (entry: EntryItem) => void
  actions: (entry: EntryItem) => readonly MenuAction[]
  /** What is known about the file, beside it; missing where nothing more is told. */
  details?: { open: boolean; toggle: () => void; panel: (entry: EntryItem) => ReactNode }
  /** Small pictures, by id, of the files around this one. */
  thumbnails: ReadonlyMap<string, string>
  /** Focus goes back to where the preview was opened from. */
  onReturnFocus: () => void
}

const NEAR_END = 8

/** One file over the whole window, always dark; the list's neighbours are a key or a swipe away. */
export function Preview(props: PreviewProps) {
  const { id, entries, onNearEnd, onNearStart, onStep, onClose } = props
  const t = useTranslations('preview')
  const client = useQueryClient()
  const sources = usePreviewSources(id)
  const addressOf = usePreviewAddress()
  const zoom = useRef<ZoomHandle>(null)
  const content = useRef<HTMLDivElement>(null)
  const index = entries.findIndex((entry) => entry.id === id)
  const item = entries[index] ?? sources.data?.item
  const [before, after] = [entries[index - 1], entries[index + 1]]
  // A key that is pressed before the last step is on the screen goes on from there.
  const wanted = useRef(id)
  useEffect(() => {
    wanted.current = id
  }, [id])
  const step = (direction: 1 | -1) => {
    const from = entries.findIndex((entry) => entry.id === wanted.current)
    const to = entries[from + direction]
    if (from < 0 || to === undefined) return
    wanted.current = to.id
    onStep(to.id)
  }
  useEffect(() => {
    if (index >= entries.length - NEAR_END) onNearEnd()
    if (index >= 0 && index < NEAR_END) onNearStart?.()
  }, [index, entries.length, onNearEnd, onNearStart])
  useEffect(() => {
    for (const neighbour of [after, before])
      if (neighbour !== undefined) void prefetchPreview(client, addressOf(neighbour.id))
  }, [client, after, before, addressOf])
  const swipe = useSwipe(step, onClose)
  const edit = useEdit(item, props.onEdit)
  const details = useDetailsAction(props.details)
  const actions = (entry: EntryItem) => [
    ...(edit === null ? [] : [edit]),
    ...props.actions(entry),
    ...(details === null ? [] : [details]),
  ]
  const onKeyDown = (event: KeyboardEvent) => {
    const parts = {
      zoom: zoom.current,
      content: content.current,
      step,
      close: onClose,
      edit: edit?.run,
      details: details?.run,
    }
    if (handlePreviewKey(event, parts)) event.preventDefault()
  }
  const images = useMemo(() => entries.filter(({ category }) => category === 'image'), [entries])
  const strip = item?.category === 'image' && index >= 0 && images.length > 1
  return (
    <Radix.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Radix.Portal>
        <Radix.Content
          ref={content}
          aria-describedby={undefined}
          onKeyDown={onKeyDown}
          onInteractOutside={(event) => {
            if (isInToast(event.target)) event.preventDefault()
          }}
          onOpenAutoFocus={(event) => {
            event.preventDefault()
            content.current?.focus()
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            props.onReturnFocus()
          }}
          className="preview dark fixed inset-0 z-40 flex animate-fade flex-col bg-sunken text-ink outline-none"
        >
          {item === undefined ? <Radix.Title className="sr-only">{t('loading')}</Radix.Title> : null}
          {item === undefined ? null : (
            <Header {...props} actions={actions} item={item} index={index} sources={sources.data} />
          )}
          <div className="relative flex min-h-0 flex-1">
            <div className="relative min-w-0 flex-1 px-[72px] phone:px-0" {...swipe}>
              {sources.data !== undefined ? (
                <Stage
                  key={id}
                  sources={sources.data}
                  zoom={zoom}
                  onSwipe={step}
                  onAway={onClose}
                  {...(props.onDownload === undefined
                    ? {}
                    : { onDownload: () => props.onDownload?.(sources.data.item) })}
                  onTryAgain={() => void sources.refetch()}
                />
              ) : (
                <Missing failed={sources.isError} />
              )}
              <StepButton direction={-1} shown={before !== undefined} onClick={() => step(-1)} />
              <StepButton direction={1} shown={index >= 0 && after !== undefined} onClick={() => step(1)} />
            </div>
            {item !== undefined && props.details?.open === true ? props.details.panel(item) : null}
          </div>
          {strip ? (
            <FilmStrip
              entries={images}
              index={images.findIndex((entry) => entry.id === id)}
              thumbnails={props.thumbnails}
              label={t('filmStrip')}
              onStep={(entry) => onStep(entry.id)}
            />
          ) : (
            <div className="h-6 shrink-0 phone:h-2" />
          )}
          {item === undefined ? null : <PhoneActions actions={actions(item)} />}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** What writes in the file that is shown; null where it is no text, or may not be changed. */
function useEdit(item: EntryItem | undefined, onEdit: PreviewProps['onEdit']): MenuAction | null {
  const t = useTranslations('preview')
  if (item === undefined || onEdit === undefined || !isEditable(item)) return null
  return { id: 'edit', label: t('edit'), icon: Pencil, keys: 'E', run: () => onEdit(item) }
}

function useDetailsAction(details: PreviewProps['details']): MenuAction | null {
  const t = useTranslations('preview')
  if (details === undefined) return null
  return { id: 'details', label: t('details'), icon: Info, keys: 'I', run: details.toggle }
}

type HeaderProps = PreviewProps & {
  item: EntryItem
  index: number
  sources: { size: { width: number; height: number } | null } | undefined
}

function Header({ item, index, total, before = 0, sources, actions, onClose }: HeaderProps) {
  const t = useTranslations('preview')
  const format = useFormat()
  const phone = usePhone()
  const facts = [
    ...(index >= 0 ? [t('position', { n: before + index + 1, of: total })] : []),
    format.size(item.size),
    ...(sources?.size ? [`${sources.size.width} × ${sources.size.height}`] : []),
  ]
  return (
    <header className="flex h-[60px] shrink-0 items-center gap-1 px-3">
      <IconButton label={t('close')} className="size-9" onClick={onClose}>
        <Icon of={X} size="large" />
      </IconButton>
      <div className="min-w-0 flex-1 pl-1.5">
        <Radix.Title asChild>
          <h1 className="min-w-0 text-14">
            <FileName name={item.name} />
          </h1>
        </Radix.Title>
        <p className="truncate text-12 text-ink-3 tabular-nums">{facts.join(' · ')}</p>
      </div>
      {phone ? null : <Actions actions={actions(item)} />}
    </header>
  )
}

function Actions({ actions }: { actions: readonly MenuAction[] }) {
  return actions.map(({ id, label, icon, run }) => (
    <IconButton key={id} label={label} className="size-9" onClick={run}>
      <Icon of={icon} size="large" />
    </IconButton>
  ))
}

function PhoneActions({ actions }: { actions: readonly MenuAction[] }) {
  return (
    <div className="hidden h-16 shrink-0 items-center justify-around pb-[env(safe-area-inset-bottom)] phone:flex">
      <Actions actions={actions} />
    </div>
  )
}

function StepButton({ direction, shown, onClick }: { direction: 1 | -1; shown: boolean; onClick: () => void }) {
  const t = useTranslations('preview')
  if (!shown) return null
  const side = direction > 0 ? 'right-4' : 'left-4'
  return (
    <IconButton
      label={direction > 0 ? t('next') : t('previous')}
      onClick={onClick}
      className={`-translate-y-1/2 absolute top-1/2 ${side} size-11 rounded-full bg-white/8 hover:bg-white/16 phone:hidden`}
    >
      <Icon of={direction > 0 ? ChevronRight : ChevronLeft} size="large" />
    </IconButton>
  )
}

function Missing({ failed }: { failed: boolean }) {
  const t = useTranslations('preview')
  if (!failed) return <StageWaiting label={t('loading')} />
  return (
    <p role="alert" className="grid h-full place-items-center p-6 text-balance text-center text-15 text-ink-2">
      {t('gone')}
    </p>
  )
}
