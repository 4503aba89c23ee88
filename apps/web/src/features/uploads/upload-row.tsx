'use client'

import { Check, Pause, Play, RotateCw, X, Zap } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { type CSSProperties, memo } from 'react'
import { Button, IconButton } from '../../components/button.tsx'
import { cn } from '../../components/class-names.ts'
import { FileName } from '../../components/file-name.tsx'
import { FileTile } from '../../components/file-tile.tsx'
import { Icon } from '../../components/icon.tsx'
import { Stones } from '../../components/stones.tsx'
import { isNameError, refusedName } from './refused-name.ts'
import type { UploadItem, UploadState } from './upload-item.ts'
import { useRowText } from './upload-text.ts'
import { percentOf } from './upload-view.ts'

export type RowActions = {
  pause: (ids: readonly string[]) => void
  resume: (ids: readonly string[]) => void
  cancel: (ids: readonly string[]) => void
  retry: (ids: readonly string[]) => void
  takeOver: (ids: readonly string[]) => void
  rename: (id: string) => void
  chooseFile: (id: string) => void
  /** Leads to what became of it. */
  show: (entryId: string) => void
}

type UploadRowProps = { item: UploadItem; waitingBehind: number; actions: RowActions }

/** One file on its way: what it is, how far it is, and what can be done. Repaints when its own file changed. */
export const UploadRow = memo(function UploadRow({ item, waitingBehind, actions }: UploadRowProps) {
  const rowText = useRowText()
  const text = rowText(item, waitingBehind)
  const isInstant = item.spared !== null
  return (
    <div className="relative isolate flex h-[52px] items-center gap-3 pr-2.5 pl-[18px] phone:h-[62px]">
      {isInstant ? <InstantGround /> : null}
      {isInstant ? <InstantTile /> : <FileTile name={item.name} kind="file" category={null} />}
      <div className="min-w-0 flex-1">
        <Name item={item} onShow={actions.show} />
        {item.state === 'needs-file' ? (
          <button
            type="button"
            onClick={() => actions.chooseFile(item.id)}
            className={cn(
              'block max-w-full truncate rounded-tag text-left text-12 underline-offset-2 hover:underline coarse:-my-3 coarse:py-3',
              item.otherFile ? 'text-danger' : 'text-accent-text',
            )}
          >
            {text}
          </button>
        ) : (
          <p
            title={text}
            className={cn('truncate text-12 text-ink-2 tabular-nums', {
              'text-danger': item.state === 'failed',
              'text-spark-text': isInstant,
            })}
          >
            {isInstant ? <InstantWord /> : null}
            {text}
          </p>
        )}
      </div>
      <RowEnd item={item} actions={actions} />
      <ProgressLine item={item} />
      <CheckLine item={item} />
    </div>
  )
})

/** What is stored can be shown where it lies. */
function Name({ item, onShow }: { item: UploadItem; onShow: RowActions['show'] }) {
  const t = useTranslations('uploads')
  const { name, entryId } = item
  const text = <FileName name={name} className="text-13 phone:text-14" />
  if (entryId === null) return text
  return (
    <button
      type="button"
      aria-label={t('show', { name })}
      onClick={() => onShow(entryId)}
      className="block max-w-full rounded-tag text-left underline-offset-2 hover:underline coarse:-mt-2 coarse:pt-2"
    >
      {text}
    </button>
  )
}

/** Washes from the start to the end of the row once, and stays until the row is cleared. */
function InstantGround() {
  return (
    <span
      aria-hidden="true"
      className="absolute inset-0 -z-10 animate-wash bg-linear-to-r from-spark-soft to-85% to-transparent rtl:bg-linear-to-l"
    />
  )
}

function InstantTile() {
  return (
    <span className="grid size-[26px] shrink-0 place-items-center rounded-tile bg-spark text-on-spark">
      <Zap size={16} fill="currentColor" strokeWidth={0} aria-hidden="true" />
    </span>
  )
}

function InstantWord() {
  const t = useTranslations('uploads')
  return (
    <>
      <b className="font-semibold">{t('instant')}</b>
      {' · '}
    </>
  )
}

const pausable: ReadonlySet<UploadState> = new Set(['queued', 'uploading', 'waiting'])

function RowEnd({ item, actions }: { item: UploadItem; actions: RowActions }) {
  const t = useTranslations('uploads')
  const drive = useTranslations('drive')
  const { id, name, state, copies } = item
  const ids = [id]
  const isMisnamed = state === 'failed' && isNameError(item.error) && refusedName(item) !== null
  if (state === 'done') return <EndMark>{<Icon of={Check} size="small" className="text-ok" />}</EndMark>
  if (state === 'skipped') return null
  if (state === 'stored') {
    if (copies === null) return <EndMark>{<Icon of={Check} size="small" className="text-ok" />}</EndMark>
    return (
      <EndMark>
        <Stones have={copies.have} want={copies.want} label={drive('copiesOf', copies)} />
      </EndMark>
    )
  }
  return (
    <span className="flex">
      {pausable.has(state) ? (
        <IconButton small label={t('pause', { name })} onClick={() => actions.pause(ids)}>
          <Icon of={Pause} size="small" />
        </IconButton>
      ) : null}
      {state === 'paused' ? (
        <IconButton small label={t('resume', { name })} onClick={() => actions.resume(ids)}>
          <Icon of={Play} size="small" />
        </IconButton>
      ) : null}
      {state === 'elsewhere' ? (
        <Button kind="ghost" size="sm" aria-label={t('takeOverNamed', { name })} onClick={() => actions.takeOver(ids)}>
          {t('takeOver')}
        </Button>
      ) : null}
      {isMisnamed ? (
        <Button
          kind="ghost"
          size="sm"
          data-renames=""
          aria-label={t('renameNamed', { name })}
          onClick={() => actions.rename(id)}
        >
          {t('rename')}
        </Button>
      ) : null}
      {state === 'failed' && !isMisnamed ? (
        <IconButton small label={t('retry', { name })} onClick={() => actions.retry(ids)}>
          <Icon of={RotateCw} size="small" />
        </IconButton>
      ) : null}
      {state === 'finishing' ? null : (
        <IconButton
          small
          label={state === 'failed' ? t('remove', { name }) : t('cancel', { name })}
          onClick={() => actions.cancel(ids)}
        >
          <Icon of={X} size="small" />
        </IconButton>
      )}
    </span>
  )
}

function EndMark({ children }: { children: React.ReactNode }) {
  return <span className="grid w-8 shrink-0 place-items-center">{children}</span>
}

function ProgressLine({ item }: { item: UploadItem }) {
  const t = useTranslations('uploads')
  const { state, name } = item
  const shown = state === 'uploading' || ((state === 'paused' || state === 'waiting') && item.sent > 0)
  if (!shown) return null
  const percent = percentOf(item)
  const scale: CSSProperties = { transform: `scaleX(${item.size === 0 ? 1 : item.sent / item.size})` }
  return (
    <div
      role="progressbar"
      aria-label={t('progressOf', { name })}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      className="absolute right-[18px] bottom-px left-14 h-0.5 overflow-hidden rounded-full bg-line forced-colors:bg-[Canvas] forced-colors:outline"
    >
      <i
        className={cn(
          'block h-full origin-left transition-transform duration-500 ease-linear forced-colors:bg-[Highlight]',
          state === 'uploading' ? 'bg-accent' : 'bg-control',
        )}
        style={scale}
      />
    </div>
  )
}

/** How much of the content was looked at, above the bar of what was sent. */
function CheckLine({ item: { name, size, checked } }: { item: UploadItem }) {
  const t = useTranslations('uploads')
  if (checked === null || checked >= size) return null
  return (
    <div
      role="progressbar"
      aria-label={t('checkingOf', { name })}
      aria-valuenow={Math.floor((100 * checked) / size)}
      aria-valuemin={0}
      aria-valuemax={100}
      className="absolute right-[18px] bottom-[5px] left-14 h-px overflow-hidden rounded-full forced-colors:outline"
    >
      <i
        className="block h-full origin-left bg-control transition-transform duration-500 ease-linear forced-colors:bg-[Highlight]"
        style={{ transform: `scaleX(${checked / size})` }}
      />
    </div>
  )
}
