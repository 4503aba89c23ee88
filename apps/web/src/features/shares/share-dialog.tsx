'use client'

import { ArrowLeft, Link2Off, RotateCcw, ScrollText } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'
import { FileTile } from '../../components/file-tile.tsx'
import { Icon } from '../../components/icon.tsx'
import { nameInSentence } from '../../components/split-name.ts'
import { useFormat } from '../../i18n/use-format.ts'
import type { EntryItem } from '../../lib/entries/entry-item.ts'
import { AccessLog } from './access-log.tsx'
import type { ShareItem } from './schema.ts'
import { ShareLink } from './share-link.tsx'
import { ShareOptions, useLongDate } from './share-options.tsx'
import { isActive } from './share-order.ts'
import { useShare, useShareChanges } from './use-share.ts'

export type ShareDialogSubject = { entries: readonly EntryItem[] } | { share: ShareItem; view?: 'log' | 'qr' }

type ShareDialogProps = { subject: ShareDialogSubject; onClose: () => void }

/** Makes a link to entries, or changes one that there is. Nothing exists until the link is copied, sent or drawn. */
export function ShareDialog({ subject, onClose }: ShareDialogProps) {
  const t = useTranslations('shares')
  const state = useShare(subject)
  const [log, setLog] = useState('share' in subject && subject.view === 'log')
  const first = 'share' in subject ? null : subject.entries[0]
  const count = 'share' in subject ? subject.share.items : subject.entries.length
  const name = 'share' in subject ? subject.share.title : (first?.name ?? '')
  const kind = 'share' in subject ? (subject.share.first?.kind ?? 'file') : (first?.kind ?? 'file')
  const category = 'share' in subject ? (subject.share.first?.category ?? null) : (first?.category ?? null)
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
      title={log ? t('accessLog') : t('titleShare', { name: nameInSentence(name), more: Math.max(0, count - 1) })}
      lead={<FileTile name={name} kind={kind} category={category} />}
      className="max-w-[600px]"
    >
      {log && state.share !== null ? (
        <>
          <AccessLog shareId={state.share.id} />
          <DialogButtons>
            <Button kind="ghost" size="sm" className="mr-auto" onClick={() => setLog(false)}>
              <Icon of={ArrowLeft} size="small" />
              {t('back')}
            </Button>
            <Button onClick={onClose}>{t('done')}</Button>
          </DialogButtons>
        </>
      ) : (
        <>
          <div className="scrollbar-thin overflow-y-auto px-6 pt-1 pb-5 phone:px-5">
            {isClosed(state) ? (
              <Closed state={state} />
            ) : (
              <ShareLink state={state} qrShown={'share' in subject && subject.view === 'qr'} />
            )}
            <ShareOptions draft={state.draft} onChange={state.change} />
            {isClosed(state) && state.problem.text === null ? null : <Sentence state={state} count={count} />}
          </div>
          <Foot state={state} onLog={() => setLog(true)} onClose={onClose} />
        </>
      )}
    </Dialog>
  )
}

type StateProps = { state: ReturnType<typeof useShare> }

function isClosed({ share }: StateProps['state']): boolean {
  return share !== null && !isActive(share)
}

/** In the place of the link: why it opens nothing, and what opens it again. */
function Closed({ state: { share, renew } }: StateProps) {
  const t = useTranslations('shares')
  const why = share?.state ?? 'empty'
  return (
    <div className="flex items-center gap-3 rounded-card bg-canvas px-4 py-3 inset-ring inset-ring-line phone:flex-wrap">
      <Icon of={Link2Off} className="shrink-0 text-ink-3" />
      <p className="min-w-0 flex-1 text-13 text-ink-2">{t('closed', { why })}</p>
      {why === 'revoked' || why === 'ended' ? (
        <Button kind="primary" size="sm" onClick={() => void renew()}>
          <Icon of={RotateCcw} size="small" />
          {t('renew')}
        </Button>
      ) : null}
    </div>
  )
}

/** What the link allows, in one sentence; or what went wrong. */
function Sentence({ state, count }: StateProps & { count: number }) {
  const t = useTranslations('shares')
  const format = useFormat()
  const day = useLongDate()
  const { draft, size, problem, code } = state
  if (problem.text !== null) {
    return (
      <p role="alert" className="mt-2 rounded-button bg-warn-soft px-3.5 py-3 text-13">
        {problem.text}
      </p>
    )
  }
  return (
    <p aria-live="polite" className="mt-2 rounded-button bg-canvas px-3.5 py-3 text-13 text-ink-2">
      {t.rich('sentence', {
        code: draft.withCode ? 'yes' : 'no',
        can: draft.allowDownload ? 'download' : 'view',
        n: count,
        size: size === null || size.bytes === 0 ? 'none' : format.size(size.bytes),
        until: draft.expiresAt === null ? 'never' : day(draft.expiresAt),
        downloads: draft.allowDownload ? (draft.maxDownloads ?? 0) : 0,
        views: draft.maxViews ?? 0,
        shown: code === null ? 'no' : 'yes',
        b: (text) => <b className="font-[550] text-ink">{text}</b>,
      })}
    </p>
  )
}

function Foot({ state, onLog, onClose }: StateProps & { onLog: () => void; onClose: () => void }) {
  const t = useTranslations('shares')
  const changes = useShareChanges()
  const { share } = state
  const revoke = async () => {
    if (share === null) return
    await state.revoke()
    changes.revoked(share.id)
    onClose()
  }
  return (
    <div className="flex items-center gap-1 border-line border-t px-6 py-4 phone:px-5 phone:pb-[max(16px,env(safe-area-inset-bottom))]">
      {share === null ? null : (
        <>
          {share.state === 'revoked' ? null : (
            <Button kind="danger" size="sm" onClick={() => void revoke()}>
              {t('revoke')}
            </Button>
          )}
          <Button kind="ghost" size="sm" onClick={onLog}>
            <Icon of={ScrollText} size="small" />
            {t('accessLog')}
          </Button>
        </>
      )}
      <Button className="ml-auto" onClick={onClose}>
        {t('done')}
      </Button>
    </div>
  )
}
