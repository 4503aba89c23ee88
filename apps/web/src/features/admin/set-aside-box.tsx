'use client'

import { useMutation } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogButtons } from '../../components/dialog.tsx'
import { useToast } from '../../components/toast.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { callApi } from '../../lib/call-api.ts'
import { Box } from './box.tsx'
import type { SetAsideView, StorageView } from './cluster-view.ts'
import type { Aside, Settled } from './schema.ts'
import { Silence } from './silence.tsx'
import { storageApi } from './storage-href.ts'

/** Changes that a peer did not take: what, why, and what to do about it. */
export function SetAsideBox({ storage }: { storage: StorageView }) {
  const t = useTranslations('capacity')
  const { settle, isHandled } = useSettle(storage)
  const [dismissing, setDismissing] = useState<SetAsideView | null>(null)
  const aside = storage.told?.setAside
  const items = aside?.items ?? []
  const retry = (some: readonly SetAsideView[]) => settle.mutate({ action: 'retry', ids: some.map(({ id }) => id) })
  return (
    <Box
      title={t('setAside')}
      note={t('setAsideNote')}
      {...(aside === undefined ? {} : { actions: <Count count={aside.count} onRetry={() => retry(items)} /> })}
    >
      {aside === undefined ? <Silence storage={storage} /> : null}
      {aside?.count === 0 ? <p className="px-5 pb-4 text-13 text-ink-3 phone:px-4">{t('nothingSetAside')}</p> : null}
      <ul className="divide-y divide-line text-13">
        {items.map((item) => (
          <SetAsideLine
            key={`${item.id} ${item.at} ${item.fileId}`}
            item={item}
            handled={isHandled(item.id)}
            onRetry={() => retry([item])}
            onDismiss={() => setDismissing(item)}
          />
        ))}
      </ul>
      {dismissing === null ? null : (
        <DismissDialog
          item={dismissing}
          onClose={() => setDismissing(null)}
          onDismiss={() => settle.mutate({ action: 'dismiss', ids: [dismissing.id] })}
        />
      )}
    </Box>
  )
}

function useSettle(storage: StorageView) {
  const t = useTranslations('capacity')
  const toast = useToast()
  // Until the storage tells anew, which takes seconds.
  const [handled, setHandled] = useState<ReadonlySet<string>>(new Set())
  const settle = useMutation({
    mutationFn: (body: Aside) => callApi<Settled>(`${storageApi(storage)}/aside`, { method: 'POST', body }),
    onSuccess: ({ done }, { action, ids }) => {
      setHandled(new Set([...handled, ...ids]))
      toast({ text: action === 'retry' ? t('retried', { n: done.length }) : t('dismissed') })
    },
    onError: () => toast({ text: t('notSettled'), problem: true }),
  })
  return { settle, isHandled: (one: string) => handled.has(one) || settle.isPending }
}

function Count({ count, onRetry }: { count: number; onRetry: () => void }) {
  const t = useTranslations('capacity')
  return (
    <span className="flex items-center gap-2 pr-2">
      {count > 1 ? (
        <Button size="sm" kind="ghost" onClick={onRetry}>
          {t('retryAll')}
        </Button>
      ) : null}
      <span className="text-ink-2 tabular-nums">{count}</span>
    </span>
  )
}

type LineProps = { item: SetAsideView; handled: boolean; onRetry: () => void; onDismiss: () => void }

function SetAsideLine({ item, handled, onRetry, onDismiss }: LineProps) {
  const t = useTranslations('capacity')
  const common = useTranslations('common')
  const format = useFormat()
  const name = item.fileId ?? t('unreadable')
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-5 py-2 phone:px-4">
      <span className="min-w-0 flex-1 basis-60">
        <span className="block break-all font-mono text-12">{name}</span>
        <span className="block text-12 text-ink-3">
          {item.reason} · {item.peer} · {format.date(item.at)}
        </span>
      </span>
      {/* A line that cannot be read cannot be sent either. */}
      {item.fileId === null ? null : (
        <Button size="sm" disabled={handled} onClick={onRetry}>
          {common('tryAgain')}
        </Button>
      )}
      <Button size="sm" kind="ghost" disabled={handled} onClick={onDismiss}>
        {t('dismiss')}
      </Button>
    </li>
  )
}

type DismissProps = { item: SetAsideView; onClose: () => void; onDismiss: () => void }

function DismissDialog({ item, onClose, onDismiss }: DismissProps) {
  const t = useTranslations('capacity')
  return (
    <Dialog open onOpenChange={onClose} title={t('dismissTitle')}>
      <p className="px-6 pb-5 text-ink-2 phone:px-5">{t('dismissSentence', { peer: item.peer })}</p>
      <DialogButtons>
        <Button data-first-focus onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button
          kind="danger"
          onClick={() => {
            onDismiss()
            onClose()
          }}
        >
          {t('dismiss')}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
