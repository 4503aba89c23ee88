'use client'

import { useTranslations } from 'next-intl'
import { useEffect, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'
import { FileTile } from '../../components/file-tile.tsx'
import { callApi } from '../../lib/call-api.ts'
import type { EntryItem } from '../../lib/entries/entry-item.ts'
import type { VerificationState } from '../../lib/entry-details.ts'
import { type Calls, type Verdict, verifyAll } from './verify-all.ts'

const PROGRESS_MS = 700

const pathOf = (id: string) => `/api/drive/entries/${encodeURIComponent(id)}/verify`
const stateOf = async (id: string, method: 'GET' | 'POST') =>
  (await callApi<{ verification: VerificationState | null }>(pathOf(id), { method })).verification

const calls: Calls = {
  start: (id) => stateOf(id, 'POST'),
  read: (id) => stateOf(id, 'GET'),
  cancel: (id) => callApi<undefined>(pathOf(id), { method: 'DELETE' }),
  pause: (signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, PROGRESS_MS)
      signal.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      })
    }),
}

type VerifyDialogProps = { entries: readonly EntryItem[]; onClose: () => void; onReturnFocus: () => void }

/** Reads every copy of several files again and says which of them is not what was stored. */
export function VerifyDialog({ entries, onClose, onReturnFocus }: VerifyDialogProps) {
  const t = useTranslations('details')
  // Nothing can be wrong with nothing.
  const files = entries.filter(({ size }) => size > 0)
  const verdicts = useVerdicts(files)
  const checked = files.filter(({ id }) => isSettled(verdicts.get(id)))
  const complete = checked.length === files.length
  const problems = checked.filter(({ id }) => verdicts.get(id) !== 'matches')
  const fine = checked.length - problems.length
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('verifyMany', { n: files.length })}
      onCloseAutoFocus={(event) => {
        event.preventDefault()
        onReturnFocus()
      }}
    >
      <div className="scrollbar-thin max-h-[50dvh] overflow-y-auto px-6 pb-4 phone:px-5">
        <Bar share={files.length === 0 ? 1 : checked.length / files.length} label={t('checking')} />
        <p role="status" className="mt-2 text-13 text-ink-2 tabular-nums">
          {complete ? t('verifiedAll', { n: fine }) : t('verifiedSome', { n: checked.length, all: files.length })}
        </p>
        <ul className="mt-2">
          {problems.map((entry) => (
            <Problem key={entry.id} entry={entry} verdict={verdicts.get(entry.id) ?? 'failed'} />
          ))}
        </ul>
      </div>
      <DialogButtons>
        <Button kind={complete ? 'primary' : 'plain'} onClick={onClose}>
          {complete ? t('done') : t('cancel')}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

function isSettled(verdict: Verdict | undefined): boolean {
  return verdict !== undefined && verdict !== 'waiting' && verdict !== 'running'
}

/** Begins when it is shown; closing ends it. */
function useVerdicts(files: readonly EntryItem[]): ReadonlyMap<string, Verdict> {
  const [verdicts, setVerdicts] = useState<ReadonlyMap<string, Verdict>>(new Map())
  const [ids] = useState(() => files.map(({ id }) => id))
  useEffect(() => {
    const stop = new AbortController()
    const onVerdict = (id: string, verdict: Verdict) => {
      if (!stop.signal.aborted) setVerdicts((before) => new Map(before).set(id, verdict))
    }
    void verifyAll({ ids, calls, signal: stop.signal, onVerdict })
    return () => stop.abort()
  }, [ids])
  return verdicts
}

function Bar({ share, label }: { share: number; label: string }) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={Math.round(share * 100)}
      className="h-1 overflow-hidden rounded-full bg-track"
    >
      <div className="h-full origin-left bg-accent" style={{ transform: `scaleX(${share})` }} />
    </div>
  )
}

function Problem({ entry, verdict }: { entry: EntryItem; verdict: Verdict }) {
  const t = useTranslations('details')
  const text = verdict === 'differs' ? t('fileDiffers') : t(verdict === 'incomplete' ? 'fileIncomplete' : 'fileFailed')
  return (
    <li className="flex items-center gap-3 py-1.5">
      <FileTile name={entry.name} kind={entry.kind} category={entry.category} />
      <span className="min-w-0 flex-1">
        <bdi className="block truncate">{entry.name}</bdi>
        <span className={verdict === 'differs' ? 'text-12 text-danger' : 'text-12 text-warn'}>{text}</span>
      </span>
    </li>
  )
}
