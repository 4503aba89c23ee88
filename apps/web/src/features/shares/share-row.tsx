'use client'

import { Copy, Ellipsis, EllipsisVertical, Link2Off, QrCode, RotateCcw, ScrollText, Settings2 } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useRef } from 'react'
import { IconButton } from '../../components/button.tsx'
import { cn } from '../../components/class-names.ts'
import { copyText } from '../../components/copy-text.ts'
import { FileName } from '../../components/file-name.tsx'
import { FileTile } from '../../components/file-tile.tsx'
import { Icon } from '../../components/icon.tsx'
import { Menu } from '../../components/menu.tsx'
import { useToast } from '../../components/toast.tsx'
import { usePhone } from '../../components/use-media-query.ts'
import { useFormat } from '../../i18n/use-format.ts'
import type { ShareItem } from './schema.ts'
import { downloadsLeft, isActive, shownState } from './share-order.ts'
import { useShareText } from './share-text.ts'
import { renewal, useShareChanges } from './use-share.ts'

export const shareColumns =
  'grid grid-cols-[minmax(0,1fr)_92px_72px_92px_64px_116px_140px] items-center max-wide:grid-cols-[minmax(0,1fr)_0_0_92px_64px_116px_140px]'

type ShareRowProps = { share: ShareItem; onOpen: (view?: 'log' | 'qr') => void }

/** A link in the list; a press opens its dialog. */
export function ShareRow({ share, onOpen }: ShareRowProps) {
  const t = useTranslations('shares')
  const text = useShareText()
  const phone = usePhone()
  const name = text.title(share)
  const meta = 'truncate text-13 text-ink-2 tabular-nums'
  return (
    <div
      role="row"
      className={cn(
        'group/row relative rounded-button desk:hover:bg-hover',
        phone ? 'grid h-[60px] grid-cols-[minmax(0,1fr)_44px] items-center' : `${shareColumns} h-10`,
      )}
    >
      <div role="cell" className={cn('flex min-w-0 items-center pl-2', phone ? 'gap-3.5' : 'gap-3 pr-4')}>
        <FileTile
          name={share.title}
          kind={share.first?.kind ?? 'file'}
          category={share.first?.category ?? null}
          form={phone ? 'phone' : 'row'}
        />
        <button
          type="button"
          onClick={() => onOpen()}
          className="min-w-0 text-left after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-button focus-visible:after:outline-2 focus-visible:after:outline-focus"
        >
          <FileName name={name} className={cn(phone && 'text-15', !isActive(share) && 'text-ink-2')} />
          {phone ? <PhoneFacts share={share} /> : null}
        </button>
        {phone ? null : <HoverActions share={share} name={name} onOpen={onOpen} />}
      </div>
      {phone ? (
        <div role="cell" className="relative">
          <More share={share} name={name} onOpen={onOpen} />
        </div>
      ) : (
        <>
          <div role="cell" className={meta}>
            {share.allowDownload ? t('canDownload') : t('canView')}
          </div>
          <div role="cell" className={meta}>
            {share.hasCode ? t('set') : t('none')}
          </div>
          <Ends share={share} className={meta} />
          <div role="cell" className={cn(meta, 'text-right')}>
            {share.views}
          </div>
          <div role="cell" className={cn(meta, 'text-right')}>
            <Downloads share={share} />
          </div>
          <div role="cell" className="pl-6">
            <StateBadge share={share} />
          </div>
        </>
      )}
    </div>
  )
}

function Ends({ share, className }: { share: ShareItem; className: string }) {
  const t = useTranslations('shares')
  const format = useFormat()
  return (
    <div role="cell" className={className}>
      {share.expiresAt === null ? t('never') : format.shortDate(share.expiresAt)}
    </div>
  )
}

function Downloads({ share: { allowDownload, downloads, maxDownloads } }: { share: ShareItem }) {
  const t = useTranslations('shares')
  if (!allowDownload) return '–'
  return maxDownloads === null ? downloads : t('usedOf', { n: Math.min(downloads, maxDownloads), max: maxDownloads })
}

const tones = {
  active: 'bg-ok-soft text-ok',
  soon: 'bg-warn-soft text-warn',
  over: 'bg-sunken text-ink-2',
} as const

/** Word and dot, never colour alone. */
function StateBadge({ share }: { share: ShareItem }) {
  const t = useTranslations('shares')
  const state = shownState(share, new Date())
  const soon = state === 'today' || state === 'tomorrow'
  const tone = soon ? tones.soon : tones[state === 'active' ? 'active' : 'over']
  return (
    <span className={cn('inline-flex h-6 items-center gap-1.5 rounded-full px-2.5 font-medium text-12', tone)}>
      <span aria-hidden="true" className="size-1.5 rounded-full bg-current" />
      {t('stateOf', { state })}
    </span>
  )
}

function PhoneFacts({ share }: { share: ShareItem }) {
  const t = useTranslations('shares')
  const left = downloadsLeft(share)
  return (
    <span className="mt-px flex gap-1.5 text-12 text-ink-3 tabular-nums">
      {t('stateOf', { state: shownState(share, new Date()) })}
      <span aria-hidden="true">·</span>
      {left === null || share.maxDownloads === null
        ? t('viewCount', { n: share.views })
        : t('leftLong', { left, max: share.maxDownloads })}
    </span>
  )
}

type ActionsProps = ShareRowProps & { name: string }

function HoverActions({ share, name, onOpen }: ActionsProps) {
  const t = useTranslations('shares')
  const copy = useCopyLink(share)
  return (
    <span
      ref={copy.box}
      className="relative ml-auto flex gap-0.5 opacity-0 group-focus-within/row:opacity-100 group-hover/row:opacity-100 coarse:opacity-100"
    >
      {share.url === null || !isActive(share) ? null : (
        <>
          <IconButton small label={t('copyOf', { name })} onClick={() => void copy.run()}>
            <Icon of={Copy} size="small" />
          </IconButton>
          <IconButton small label={t('qr')} onClick={() => onOpen('qr')}>
            <Icon of={QrCode} size="small" />
          </IconButton>
        </>
      )}
      <More share={share} name={name} onOpen={onOpen} />
    </span>
  )
}

function useCopyLink(share: ShareItem) {
  const t = useTranslations('shares')
  const toast = useToast()
  const box = useRef<HTMLSpanElement>(null)
  const run = async () => {
    if (share.url === null) return
    const done = await copyText(share.url, box.current ?? document.body)
    toast(done ? { text: t('copied') } : { text: t('copyFailed'), problem: true })
  }
  return { box, run }
}

function More({ share, name, onOpen }: ActionsProps) {
  const t = useTranslations('shares')
  const phone = usePhone()
  const format = useFormat()
  const toast = useToast()
  const copy = useCopyLink(share)
  const changes = useShareChanges()
  const renew = async () => {
    // Used-up limits are for the person to raise: the dialog has them.
    if (share.state === 'usedUp' || share.state === 'empty') return onOpen()
    const renewed = await changes.send(share.id, renewal())
    if (renewed?.expiresAt) toast({ text: t('renewed', { date: format.shortDate(renewed.expiresAt) }) })
  }
  const live = isActive(share)
  const copyAction = { id: 'copy', label: t('copyLink'), icon: Copy, run: () => void copy.run() }
  const qrAction = { id: 'qr', label: t('qr'), icon: QrCode, run: () => onOpen('qr') }
  const groups = [
    live && share.url !== null ? [copyAction, qrAction] : [],
    [
      { id: 'open', label: t('link'), icon: Settings2, run: () => onOpen() },
      { id: 'log', label: t('accessLog'), icon: ScrollText, run: () => onOpen('log') },
      ...(live ? [] : [{ id: 'renew', label: t('renew'), icon: RotateCcw, run: () => void renew() }]),
    ],
    share.state === 'revoked'
      ? []
      : [{ id: 'revoke', label: t('revoke'), icon: Link2Off, danger: true, run: () => void changes.revoke(share.id) }],
  ]
  return (
    <Menu
      label={t('more', { name })}
      groups={groups}
      trigger={
        <IconButton small={!phone} label={t('more', { name })} className="relative">
          <Icon of={phone ? EllipsisVertical : Ellipsis} size={phone ? 'large' : 'small'} />
        </IconButton>
      }
    />
  )
}
