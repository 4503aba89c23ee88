'use client'

import { useTranslations } from 'next-intl'
import { Button } from '../../components/button.tsx'
import { LimitsMenu } from './limits-menu.tsx'
import type { UploadEngine } from './upload-engine.ts'
import type { UploadSummary } from './upload-summary.ts'
import { finishedCount, runningCount } from './upload-view.ts'

type PanelFooterProps = {
  queue: UploadSummary
  engine: UploadEngine
  filtered: boolean
  onFilter: () => void
  onClearFinished: () => void
  onRetryAll: () => void
  /** Brings here what other devices send. */
  onTakeOverAll: () => void
  /** `near`: an element of the panel. */
  onCopyReport: (near: HTMLElement) => void
  onChooseAll: () => void
  /** Opens what was dropped again; null when that cannot be done. */
  onReopen: (() => void) | null
}

/** What can be done to all of them together. */
export function PanelFooter(props: PanelFooterProps) {
  const t = useTranslations('uploads')
  const { queue, filtered } = props
  const { failed, elsewhere, 'needs-file': needsFile } = queue.counts
  const finished = finishedCount(queue)
  const running = runningCount(queue) > 0
  // A single file is asked for by its own row.
  const asks = needsFile > 1 || props.onReopen !== null
  if (failed + finished === 0 && !asks && !running) return null
  return (
    <footer className="mt-auto flex min-h-[46px] shrink-0 items-center justify-end gap-1 border-line border-t px-2.5 py-2 phone:pb-[max(12px,env(safe-area-inset-bottom))]">
      {asks ? <Missing {...props} /> : null}
      {!asks && running && !filtered ? <LimitsMenu engine={props.engine} /> : null}
      {elsewhere > 1 && !filtered ? (
        <Button kind="ghost" size="sm" onClick={props.onTakeOverAll}>
          {t('takeOverAll', { n: elsewhere })}
        </Button>
      ) : null}
      {filtered ? (
        <>
          <Button kind="ghost" size="sm" onClick={props.onRetryAll}>
            {t('retryAll')}
          </Button>
          <Button
            kind="ghost"
            size="sm"
            onClick={({ currentTarget }) => props.onCopyReport(currentTarget.parentElement ?? currentTarget)}
          >
            {t('copyReport')}
          </Button>
        </>
      ) : null}
      {finished > 0 && !filtered ? (
        <Button kind="ghost" size="sm" onClick={props.onClearFinished}>
          {t('clearDone')}
        </Button>
      ) : null}
      {failed > 0 ? (
        <Button kind="danger" size="sm" aria-pressed={filtered} onClick={props.onFilter}>
          {filtered ? t('showAll') : t('failedCount', { n: failed })}
        </Button>
      ) : null}
    </footer>
  )
}

/** How the uploads of an earlier page get their files back: one click where the browser kept them, else a choice. */
function Missing({ queue, onReopen, onChooseAll }: PanelFooterProps) {
  const t = useTranslations('uploads')
  const n = queue.counts['needs-file']
  if (onReopen !== null) {
    return (
      <Button kind="primary" size="sm" className="mr-auto phone:flex-1" onClick={onReopen}>
        {t('needFiles', { n })}
      </Button>
    )
  }
  return (
    <Button kind="primary" size="sm" className="mr-auto phone:flex-1" title={t('chooseAll')} onClick={onChooseAll}>
      {t('chooseFiles')}
    </Button>
  )
}
