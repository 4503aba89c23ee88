'use client'

import { ChevronDown, Pause, Play, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { type ReactNode, useMemo, useRef, useState } from 'react'
import { IconButton } from '../../components/button.tsx'
import { cn } from '../../components/class-names.ts'
import { copyText } from '../../components/copy-text.ts'
import { Icon } from '../../components/icon.tsx'
import { placeInList, useFocusHandedOn } from '../../components/use-focus-handed-on.ts'
import { CancelAllDialog } from './cancel-all-dialog.tsx'
import { PanelFooter } from './panel-footer.tsx'
import { OfflineLine, PlainHttpLine } from './panel-lines.tsx'
import { RenameDialog } from './rename-dialog.tsx'
import type { UploadItem } from './upload-item.ts'
import { UploadList } from './upload-list.tsx'
import type { RowActions } from './upload-row.tsx'
import type { UploadSession } from './upload-session.ts'
import { MANY_FILES } from './upload-store.ts'
import type { UploadSummary } from './upload-summary.ts'
import { useFailureText } from './upload-text.ts'
import { cancellableCount, failureReport, openCount, percentOfQueue } from './upload-view.ts'
import { useHeadline } from './use-headline.ts'
import { useUploadSummary } from './use-uploads.ts'

type UploadPanelProps = {
  session: UploadSession
  open: boolean
  onOpenChange: (open: boolean) => void
  /** Takes the panel away until something new is uploaded. */
  onClose: () => void
  onReportCopied: () => void
  onShow: (entryId: string) => void
}

/** Uploads at the bottom right; on phones over the whole screen. Folded away it is a pill, or a bar on phones. */
export function UploadPanel({ session, open, onOpenChange, onClose, onReportCopied, onShow }: UploadPanelProps) {
  const { store, engine } = session
  const queue = useUploadSummary(session)
  const [onlyFailed, setOnlyFailed] = useState(false)
  const filtered = onlyFailed && queue.counts.failed > 0
  const [renaming, setRenaming] = useState<UploadItem | null>(null)
  const wanted = useRef<string | null>(null)
  const input = useRef<HTMLInputElement>(null)
  const failureText = useFailureText()
  const show = useRef(onShow)
  show.current = onShow

  const actions = useMemo((): RowActions => {
    const { pause, resume, cancel, retry, takeOver } = engine
    return {
      pause,
      resume,
      cancel,
      retry,
      takeOver,
      rename: (id) => setRenaming(store.item(id) ?? null),
      chooseFile: (id) => {
        wanted.current = id
        input.current?.click()
      },
      show: (entryId) => show.current(entryId),
    }
  }, [engine, store])
  const chooseAll = () => {
    wanted.current = null
    input.current?.click()
  }
  const clearFinished = () => store.clearFinished()
  const close = () => {
    engine.cancel(store.idsIn('failed'))
    clearFinished()
    onClose()
  }
  const copyReport = async (near: HTMLElement) => {
    const report = failureReport(failedItems(session), (item) => failureText(item.error))
    if (await copyText(report, near)) onReportCopied()
  }

  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          engine.missing.choose([...(event.target.files ?? [])], wanted.current)
          event.target.value = ''
        }}
      />
      <RenameDialog
        item={renaming}
        onClose={() => setRenaming(null)}
        onRename={engine.rename}
        onReturnFocus={(id) => buttonOrRow(id)?.focus({ preventScroll: true })}
      />
      {open ? (
        <PanelFrame>
          <PanelHeader queue={queue} session={session} onFold={() => onOpenChange(false)} onClose={close} />
          <OfflineLine queue={queue} engine={engine} />
          <PlainHttpLine />
          <UploadList store={store} onlyFailed={filtered} actions={actions} />
          <PanelFooter
            queue={queue}
            engine={engine}
            filtered={filtered}
            onFilter={() => setOnlyFailed(!filtered)}
            onClearFinished={clearFinished}
            onTakeOverAll={() => engine.takeOver(store.idsIn('elsewhere'))}
            onRetryAll={() => engine.retry(store.idsIn('failed'))}
            onCopyReport={(near) => void copyReport(near)}
            onChooseAll={chooseAll}
            onReopen={session.canReopen() ? () => void session.reopen(true) : null}
          />
        </PanelFrame>
      ) : (
        <FoldedPanel queue={queue} onOpen={() => onOpenChange(true)} />
      )}
    </>
  )
}

function failedItems({ store }: UploadSession): UploadItem[] {
  return store.idsIn('failed').flatMap((id) => store.item(id) ?? [])
}

/** What the dialog for another name was opened by; once the upload goes on that is gone, and perhaps its row has left the screen. */
function buttonOrRow(id: string): HTMLElement | null {
  const row = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)
  return row?.querySelector<HTMLElement>('[data-renames]') ?? row ?? foldOrList()
}

/** The button that folds the panel away, and the bar that it is then, are each other's place. */
const foldOrList = () => document.querySelector<HTMLElement>('[data-folds]') ?? placeInList()

function PanelFrame({ children }: { children: ReactNode }) {
  const t = useTranslations('uploads')
  const frame = useRef<HTMLElement>(null)
  useFocusHandedOn(frame, foldOrList)
  return (
    <section
      ref={frame}
      aria-label={t('title')}
      className="uploads-panel fixed right-5 bottom-5 z-20 flex max-h-[70dvh] w-[432px] animate-dialog flex-col overflow-hidden rounded-dialog bg-raised shadow-3 phone:inset-0 phone:z-30 phone:max-h-none phone:w-auto phone:rounded-none forced-colors:border"
    >
      {children}
    </section>
  )
}

type PanelHeaderProps = {
  queue: UploadSummary
  session: UploadSession
  onFold: () => void
  onClose: () => void
}

function PanelHeader({ queue, session: { store, engine }, onFold, onClose }: PanelHeaderProps) {
  const t = useTranslations('uploads')
  const { title, detail } = useHeadline(queue)
  const { counts } = queue
  const moving = counts.queued + counts.uploading + counts.waiting
  const open = cancellableCount(queue)
  const idle = openCount(queue) === 0
  const [asked, setAsked] = useState<number | null>(null)
  return (
    <>
      <header className="flex shrink-0 items-center gap-0.5 pt-3.5 pr-2.5 pb-3 pl-[18px]">
        <div className="min-w-0 flex-1">
          <h2 className="font-semibold text-15">{title}</h2>
          <p className="mt-px line-clamp-2 min-h-4 text-12 text-ink-2 tabular-nums">{detail}</p>
        </div>
        {moving > 0 ? (
          <IconButton label={t('pauseAll')} onClick={engine.pauseAll}>
            <Icon of={Pause} />
          </IconButton>
        ) : null}
        {moving === 0 && counts.paused > 0 ? (
          <IconButton label={t('resumeAll')} onClick={() => engine.resume(store.idsIn('paused'))}>
            <Icon of={Play} />
          </IconButton>
        ) : null}
        <IconButton label={t('collapse')} data-folds="" onClick={onFold}>
          <Icon of={ChevronDown} />
        </IconButton>
        {open > 0 ? (
          <IconButton label={t('cancelAll')} onClick={() => setAsked(open)}>
            <Icon of={X} />
          </IconButton>
        ) : null}
        {idle ? (
          <IconButton label={t('close')} onClick={onClose}>
            <Icon of={X} />
          </IconButton>
        ) : null}
      </header>
      <CancelAllDialog count={asked} onClose={() => setAsked(null)} onCancelAll={engine.cancelAll} />
      <TotalBar queue={queue} />
    </>
  )
}

function TotalBar({ queue }: { queue: UploadSummary }) {
  const t = useTranslations('uploads')
  const share = queue.allBytes === 0 ? 0 : queue.sentBytes / queue.allBytes
  return (
    <div
      role="progressbar"
      aria-label={t('totalProgress')}
      aria-valuenow={percentOfQueue(queue)}
      aria-valuemin={0}
      aria-valuemax={100}
      className="h-[3px] shrink-0 bg-line forced-colors:outline"
    >
      <i
        className={cn('block h-full origin-left bg-accent forced-colors:bg-[Highlight]', glideOf(queue))}
        style={{ transform: `scaleX(${share})` }}
      />
    </div>
  )
}

/**
 * A bar that glides is drawn for each picture of the screen, by the processor where there is no graphics card. Of many
 * files each step is small, or soon over, and the processor is wanted for sending them.
 */
function glideOf({ files }: UploadSummary): string {
  return files > MANY_FILES ? '' : 'transition-transform duration-500 ease-linear'
}

function FoldedPanel({ queue, onOpen }: { queue: UploadSummary; onOpen: () => void }) {
  const t = useTranslations('uploads')
  const { short } = useHeadline(queue)
  const share = queue.allBytes === 0 ? 0 : queue.sentBytes / queue.allBytes
  const bar = useRef<HTMLButtonElement>(null)
  useFocusHandedOn(bar, foldOrList)
  return (
    <button
      ref={bar}
      type="button"
      data-folds=""
      aria-label={`${t('expand')}: ${short}`}
      onClick={onOpen}
      className="uploads-bar fixed right-5 bottom-5 z-20 flex h-11 animate-fade items-center overflow-hidden rounded-full bg-raised px-5 font-medium text-13 tabular-nums shadow-3 phone:inset-x-0 phone:bottom-[calc(64px+env(safe-area-inset-bottom))] phone:h-12 phone:rounded-none phone:px-4 phone:shadow-2 forced-colors:border"
    >
      <span className="truncate">{short}</span>
      <i
        className={cn('absolute inset-x-0 bottom-0 h-[3px] origin-left bg-accent', glideOf(queue))}
        style={{ transform: `scaleX(${share})` }}
      />
    </button>
  )
}
