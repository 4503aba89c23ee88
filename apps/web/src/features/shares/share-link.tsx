'use client'

import { Check, Copy, QrCode as QrGlyph, RefreshCw, Share2 } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useTranslations } from 'next-intl'
import { type ReactNode, useRef, useState } from 'react'
import { Button, IconButton } from '../../components/button.tsx'
import { copyText } from '../../components/copy-text.ts'
import { Icon } from '../../components/icon.tsx'
import { useAnnounce } from '../../components/live-region.tsx'
import { usePhone } from '../../components/use-media-query.ts'
import { useShareText } from './share-text.ts'
import type { useShare } from './use-share.ts'

const QrCode = dynamic(() => import('../../components/qr-code.tsx').then((module) => module.QrCode), { ssr: false })
const COPIED_MS = 2000

type ShareLinkProps = { state: ReturnType<typeof useShare>; qrShown?: boolean }

/** The link, its code, and the ways to hand them on. */
export function ShareLink({ state, qrShown = false }: ShareLinkProps) {
  const t = useTranslations('shares')
  const { share, draft, code } = state
  const phone = usePhone()
  const box = useRef<HTMLDivElement>(null)
  const [qr, setQr] = useState(qrShown)
  const hand = useHandOn(state, box)
  const showQr = async () => {
    if (await hand.made()) setQr(true)
  }
  const both = draft.withCode && (share === null || code !== null)
  const mainLabel = (copied: boolean, withCode: boolean) => {
    if (copied) return t('copied')
    return withCode ? t('copyBoth') : t('copyLink')
  }
  return (
    <div ref={box} className="flex items-stretch gap-4 phone:flex-col phone:gap-2.5">
      <div className="flex min-w-0 flex-1 flex-col gap-2 phone:gap-2.5">
        <Sunken>
          <LinkText url={share === null ? undefined : share.url} />
        </Sunken>
        {draft.withCode ? <CodeField state={state} /> : null}
        <div className="flex gap-2">
          <Button kind="primary" data-first-focus className="flex-1 phone:h-11" onClick={() => void hand.copy(both)}>
            <Icon of={hand.copied === 'main' ? Check : Copy} size="small" />
            {mainLabel(hand.copied === 'main', both)}
          </Button>
          {both && !phone ? (
            <Button onClick={() => void hand.copy(false)}>
              {hand.copied === 'link' ? <Icon of={Check} size="small" /> : null}
              {t('linkOnly')}
            </Button>
          ) : null}
        </div>
      </div>
      {phone ? (
        <div className="flex gap-2.5">
          <Button className="flex-1" onClick={() => void showQr()}>
            <Icon of={QrGlyph} size="small" />
            {t('qr')}
          </Button>
          <Button className="flex-1" onClick={() => void hand.send()}>
            <Icon of={Share2} size="small" />
            {t('send')}
          </Button>
        </div>
      ) : null}
      <QrPlace shown={qr && share?.url !== null} phone={phone} onShow={() => void showQr()}>
        {share?.url ? <QrCode text={share.url} label={t('qrLabel')} /> : null}
      </QrPlace>
    </div>
  )
}

function Sunken({ children }: { children: ReactNode }) {
  return (
    <div className="flex h-9 min-w-0 items-center gap-2 rounded-button bg-sunken pr-1 pl-3 coarse:h-11">{children}</div>
  )
}

/** Without its scheme, as people read it; copied whole. */
function LinkText({ url }: { url: string | null | undefined }) {
  const t = useTranslations('shares')
  if (url === undefined) return <span className="truncate text-13 text-ink-3">{t('linkComes')}</span>
  if (url === null) return <span className="truncate text-13 text-ink-3">{t('linkHidden')}</span>
  return (
    <output aria-label={t('link')} className="select-all truncate font-mono text-13">
      {url.replace(/^https?:\/\//, '')}
    </output>
  )
}

function CodeField({ state: { share, code, renewCode } }: ShareLinkProps) {
  const t = useTranslations('shares')
  const known = code ?? (share === null ? t('codeComes') : t('codeSet'))
  return (
    <Sunken>
      <span className="text-13 text-ink-3">{t('code')}</span>
      {code === null ? (
        <span className="flex-1 truncate text-13 text-ink-2">{known}</span>
      ) : (
        <output aria-label={t('code')} className="flex-1 select-all font-mono font-semibold text-15 tracking-[0.12em]">
          {code}
        </output>
      )}
      {share === null ? null : (
        <IconButton small label={t('newCode')} onClick={() => void renewCode()}>
          <Icon of={RefreshCw} size="small" />
        </IconButton>
      )}
    </Sunken>
  )
}

type QrPlaceProps = { shown: boolean; phone: boolean; onShow: () => void; children: ReactNode }

function QrPlace({ shown, phone, onShow, children }: QrPlaceProps) {
  const t = useTranslations('shares')
  const frame = 'size-[132px] shrink-0 rounded-button inset-ring inset-ring-line phone:mx-auto phone:size-[220px]'
  if (shown) return <div className={frame}>{children}</div>
  if (phone) return null
  return (
    <button
      type="button"
      onClick={onShow}
      className={`${frame} flex flex-col items-center justify-center gap-2 text-13 text-ink-2 hover:bg-hover hover:text-ink`}
    >
      <Icon of={QrGlyph} size="large" />
      {t('qr')}
    </button>
  )
}

/** Copying and sending; both make the link when there is none yet. */
function useHandOn(state: ShareLinkProps['state'], box: { current: HTMLElement | null }) {
  const t = useTranslations('shares')
  const text = useShareText()
  const say = useAnnounce()
  const [copied, setCopied] = useState<'main' | 'link' | null>(null)
  const made = async () => {
    state.problem.clear()
    return await state.make().catch((error: unknown) => {
      state.problem.tell(error)
      return null
    })
  }
  return {
    copied,
    made,
    copy: async (withCode: boolean) => {
      const link = await made()
      if (link === null || link.share.url === null || box.current === null) return
      const isMain = withCode || link.code === null
      const done = await copyText(withCode ? text.message(link.share, link.code) : link.share.url, box.current)
      if (!done) {
        state.problem.say(t('copyFailed'))
        return
      }
      say(t('copied'))
      setCopied(isMain ? 'main' : 'link')
      setTimeout(() => setCopied(null), COPIED_MS)
    },
    send: async () => {
      const link = await made()
      if (link === null || box.current === null) return
      const message = text.message(link.share, link.code)
      // Not everywhere; and giving up the chooser is no failure.
      if (typeof navigator.share === 'function') await navigator.share({ text: message }).catch(() => undefined)
      else if (await copyText(message, box.current)) say(t('copied'))
    },
  }
}
